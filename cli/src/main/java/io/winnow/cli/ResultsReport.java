package io.winnow.cli;

import io.winnow.model.io.RunPlace;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The end of a run in plain words: what was kept, what was dropped, what that saved, and where. */
final class ResultsReport {
  private ResultsReport() {}

  static List<String> lines(RunResults results, RunPlace place) {
    List<String> lines = outcome(results);
    lines.add("Run folder: " + place.folder().path());
    if (results.adapter() != null) {
      lines.add("Adapter:    " + results.adapter());
    }
    if (Files.isDirectory(place.folder().bestAdapter())) {
      lines.add("Best one:   " + place.folder().bestAdapter());
    }
    return lines;
  }

  /** All but where it is. */
  static List<String> outcome(RunResults results) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "Finished: %s in %s.",
            Words.count(results.steps(), "step"),
            Words.clock(results.seconds())));
    if (!results.stoppedEarly().isEmpty()) {
      lines.add("Stopped early: " + results.stoppedEarly() + ".");
    }
    if (!results.metrics().isEmpty()) {
      lines.add("Validation: " + Words.metrics(results.metrics()) + best(results));
    }
    heads(results, lines);
    return lines;
  }

  private static String best(RunResults results) {
    return results.bestStep() > 0 ? "  (best at step " + results.bestStep() + ")" : "";
  }

  private static void heads(RunResults results, List<String> lines) {
    int kept = results.kept().size();
    int all = kept + results.dropped().size();
    if (results.dropped().isEmpty()) {
      lines.add("All " + Words.count(all, "head") + " were kept.");
      return;
    }
    lines.add(String.format(Locale.ROOT, "Kept %d of %s:", kept, Words.count(all, "head")));
    results.kept().forEach(module -> lines.add("  + " + module));
    lines.add("Dropped " + Words.count(results.dropped().size(), "head") + ":");
    results.dropped().forEach(module -> lines.add("  - " + module));
    RunResults.Size before = results.before();
    RunResults.Size after = results.after();
    lines.add("What that saved:");
    if (before.adapterParameters() > 0) { // a run of another machine does not tell
      lines.add(saved("adapter parameters", before.adapterParameters(), after.adapterParameters()));
    }
    lines.add(saved("trained parameters", before.parameters(), after.parameters()));
    lines.add(saved("optimizer bytes   ", before.optimizerBytes(), after.optimizerBytes()));
  }

  private static String saved(String what, long before, long after) {
    double percent = before == 0 ? 0 : 100.0 * (before - after) / before;
    return String.format(
        Locale.ROOT, "  %s  %,d -> %,d  (%.1f %% less)", what, before, after, percent);
  }
}
