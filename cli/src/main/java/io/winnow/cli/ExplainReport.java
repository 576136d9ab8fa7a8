package io.winnow.cli;

import io.winnow.model.explain.HeadHistory;
import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.Selected;
import io.winnow.model.explain.Stability;
import io.winnow.model.train.Budget;
import io.winnow.model.train.SelectionSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Why heads were kept or dropped, for a person: the run in a few lines, then a line per head. */
final class ExplainReport {
  private final Explanation run;
  private final Terminal terminal;

  ExplainReport(Explanation run, Terminal terminal) {
    this.run = run;
    this.terminal = terminal;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(upTo());
    if (!run.selects()) {
      lines.add(nothingSelected());
      return lines;
    }
    lines.add(selection());
    run.history().selections().forEach(selected -> lines.addAll(selected(selected)));
    if (run.history().selections().isEmpty()) {
      lines.addAll(notYet());
    }
    stability(lines);
    lines.add("");
    lines.addAll(heads());
    return lines;
  }

  private String upTo() {
    HeadTraces traces = run.traces();
    long first = traces.points().get(0).step();
    return terminal.strong(run.config().method().name().text() + " run " + run.name())
        + ", traced at "
        + Words.count(traces.points().size(), "step")
        + (first > 1 ? " from step " + Words.number(first) : "")
        + " up to step "
        + Words.number(traces.last().step())
        + (run.totalSteps() > 0 ? " of " + Words.number(run.totalSteps()) : "")
        + (run.folder().isInUse() ? " (a process works on it now)" : "");
  }

  private String nothingSelected() {
    int heads = run.traces().heads().size();
    return switch (run.config().method().name()) {
      case RAND ->
          "Nothing is selected: its "
              + Words.count(heads, "head")
              + " were drawn at random before the first step (seed "
              + run.config().seed()
              + "), and omega is 1 throughout.";
      default ->
          "Nothing is selected: all "
              + Words.count(heads, "head")
              + " are trained to the end, and omega is 1 throughout.";
    };
  }

  private String selection() {
    long live = run.history().heads().stream().filter(head -> head.rank() > 0).count();
    return live
        + " of "
        + Words.count(run.traces().heads().size(), "head")
        + " are connected; "
        + budget()
        + ", by "
        + run.score();
  }

  private String budget() {
    var selection = run.config().selection();
    if (selection.expansion() != null) {
      return "half of them go at each of "
          + Words.count(selection.expansion().times(), "expansion");
    }
    Budget budget = selection.budget();
    if (budget instanceof Budget.Parameters parameters) {
      return "the budget is " + Words.number(parameters.values()) + " values";
    } else if (budget instanceof Budget.Fraction fraction) {
      return "the budget is " + fraction.share() + " of their values";
    }
    return "K = " + selection.keep();
  }

  private List<String> selected(Selected selected) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Step %s: %d kept, %d %s"
            .formatted(
                Words.number(selected.step()),
                selected.kept().size(),
                selected.dropped().size(),
                selected.forGood() ? "dropped for good" : "masked"));
    if (selected.hasGap()) {
      lines.add(scored("last kept    ", selected.lastKept()));
      lines.add(scored("first dropped", selected.firstDropped()));
      lines.add(
          String.format(
              Locale.ROOT,
              "  gap            %9.5f  (%.1f %% of the last kept)",
              selected.gap(),
              100 * selected.relativeGap()));
    }
    return lines;
  }

  private static String scored(String what, Selected.Scored head) {
    return String.format(Locale.ROOT, "  %s  %9.5f  %s", what, head.score(), head.head());
  }

  private List<String> notYet() {
    List<String> lines = new ArrayList<>();
    long at = run.selectsAt();
    boolean isDue = at != SelectionSettings.NEVER && at > run.traces().last().step();
    lines.add(
        "Nothing was dropped for good"
            + (isDue ? " yet; that is due after step " + Words.number(at) : ""));
    if (run.history().newestMask() != null) {
      lines.addAll(selected(run.history().newestMask()));
    }
    return lines;
  }

  private void stability(List<String> lines) {
    Stability stability = run.history().stability();
    if (stability != null) {
      lines.add(
          String.format(
              Locale.ROOT,
              "Stability: over steps %d to %d (%s) the kept set was %.1f %% the final one (mean"
                  + " Jaccard similarity) and changed %s",
              stability.from(),
              stability.to(),
              Words.count(stability.traces(), "trace"),
              100 * stability.similarity(),
              Words.count(stability.changes(), "time")));
    }
  }

  private List<String> heads() {
    Sparklines sparklines = new Sparklines(run.traces(), terminal);
    ShortNames names = ShortNames.of(run.traces().heads());
    int width = run.shown().stream().mapToInt(i -> names.of(i).length()).max().orElse(0);
    String row = "%-" + Sparklines.WIDTH + "s %9s %9s %5s  %-" + Math.max(4, width) + "s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(sparklines.legend());
    if (!names.prefix().isEmpty()) {
      lines.add("heads are below " + names.prefix());
    }
    lines.add(
        String.format(Locale.ROOT, row, "omega", "first", "last", "rank", "head", "").strip());
    HeadWords words = new HeadWords(run);
    for (int i : run.shown()) {
      HeadHistory head = run.history().heads().get(i);
      lines.add(
          String.format(
                  Locale.ROOT,
                  row,
                  sparklines.of(i),
                  omega(head.first()),
                  omega(head.last()),
                  head.rank() == 0 ? "-" : head.rank(),
                  names.of(i),
                  words.of(i))
              .stripTrailing());
    }
    return lines;
  }

  private static String omega(float value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
