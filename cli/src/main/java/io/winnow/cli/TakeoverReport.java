package io.winnow.cli;

import io.winnow.actors.plan.Takeover;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a run begins with, for a person. */
final class TakeoverReport {
  private TakeoverReport() {}

  static List<String> lines(Takeover takeover) {
    List<String> lines = new ArrayList<>();
    lines.add(Words.count(takeover.taken().size(), "head") + " begin with the adapter's values");
    if (!takeover.taken().isEmpty()) {
      lines.add(String.format(Locale.ROOT, "%5s %9s %9s  %s", "rank", "scale", "omega", "head"));
    }
    takeover.taken().forEach(head -> lines.add(taken(head)));
    if (!takeover.fresh().isEmpty()) {
      lines.add(Words.count(takeover.fresh().size(), "head") + " begin anew:");
      takeover.fresh().forEach(head -> lines.add(fresh(head)));
    }
    if (!takeover.tensors().isEmpty()) {
      lines.add("trained in full, from the adapter: " + names(takeover.tensors()));
    }
    if (!takeover.freshTensors().isEmpty()) {
      lines.add(
          "trained in full, as the base has them or drawn anew: " + names(takeover.freshTensors()));
    }
    return lines;
  }

  private static String taken(Takeover.Head head) {
    return String.format(
        Locale.ROOT,
        "%5d %9.4f %9.4f  %s",
        head.spec().rank(),
        head.spec().scale(),
        head.omega(),
        head.spec().id());
  }

  private static String fresh(AdapterSpec head) {
    return String.format(
        Locale.ROOT, "%5d %9.4f %9.4f  %s", head.rank(), head.scale(), 1f, head.id());
  }

  private static String names(List<TensorSpec> tensors) {
    return tensors.stream().map(TensorSpec::name).collect(Collectors.joining(", "));
  }
}
