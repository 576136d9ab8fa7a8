package io.winnow.actors.plan;

import io.winnow.model.adapter.NearestName;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether an adapter's names and shapes are those of a model. */
public final class AdapterFit {
  private final Map<String, LinearSite> linears;
  private final Map<String, ParameterSite> head;
  private final List<UserProblem> problems = new ArrayList<>();

  private AdapterFit(Architecture model) {
    this.linears =
        model.linears().stream()
            .collect(Collectors.toMap(LinearSite::path, Function.identity(), (a, b) -> a));
    List<String> names = model.headParameters();
    this.head =
        model.parameters().stream()
            .filter(site -> names.contains(site.name()))
            .collect(Collectors.toMap(ParameterSite::name, Function.identity(), (a, b) -> a));
  }

  /** What does not fit, one message each; empty = everything has its place. */
  public static List<UserProblem> problems(PeftAdapter adapter, Architecture model) {
    AdapterFit fit = new AdapterFit(model);
    adapter.modules().forEach(fit::module);
    adapter.saved().forEach(fit::saved);
    return fit.problems;
  }

  private void module(String path, PeftAdapter.Module module) {
    LinearSite site = linears.get(path);
    if (site == null) {
      noPlace(path, new TreeSet<>(linears.keySet()));
    } else {
      requireShape(path, List.of(module.in(), module.out()), List.of(site.in(), site.out()));
      requireFinite(path + " A", module.a());
      requireFinite(path + " B", module.b());
      requireFinite(path + " omega", new float[] {module.omega()});
    }
  }

  private void saved(String name, PeftAdapter.Saved saved) {
    ParameterSite site = head.get(name);
    if (site == null) {
      noPlace(name, new TreeSet<>(head.keySet()));
    } else {
      requireShape(name, saved.shape(), site.shape());
      requireFinite(name, saved.values());
    }
  }

  private void noPlace(String name, TreeSet<String> known) {
    problems.add(
        UserProblem.failure(
            "the adapter has '%s', which has no place in this model%s"
                .formatted(name, NearestName.hint(name, known))));
  }

  private void requireShape(String name, List<Integer> given, List<Integer> expected) {
    if (!given.equals(expected)) {
      problems.add(
          UserProblem.failure(
              "the adapter has %s with shape %s, this model has it with %s"
                  .formatted(name, given, expected)));
    }
  }

  private void requireFinite(String name, float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        problems.add(UserProblem.failure("the adapter's " + name + " holds " + value));
        return;
      }
    }
  }
}
