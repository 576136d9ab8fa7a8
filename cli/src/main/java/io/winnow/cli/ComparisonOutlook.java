package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.config.RunConfig;
import io.winnow.model.train.Budget;
import java.util.ArrayList;
import java.util.List;

/** What a comparison will run, for a person. */
final class ComparisonOutlook {
  private ComparisonOutlook() {}

  static List<String> lines(Comparison comparison, ComparisonFolder folder) {
    List<String> lines = new ArrayList<>();
    long total = comparison.steps() * comparison.cells().size();
    lines.add(
        Words.count(comparison.cells().size(), "run")
            + " of "
            + Words.count(comparison.steps(), "step")
            + ", "
            + Words.count(total, "step")
            + " in all, in "
            + folder.path());
    int width = comparison.cells().stream().mapToInt(c -> c.run().length()).max().orElse(0);
    for (Cell cell : comparison.cells()) {
      String name = cell.run() + " ".repeat(width - cell.run().length());
      lines.add("  " + name + "  " + what(cell.resolved(), comparison.heads()));
    }
    return lines;
  }

  /** Which heads a run ends with. */
  static String what(RunConfig run, int heads) {
    RunConfig.Selection selection = run.selection();
    if (selection.expansion() != null) {
      return "ends with "
          + selection.expansion().keptOf(heads)
          + " of "
          + Words.count(heads, "head")
          + ", their rank doubled at each halving";
    } else if (selection.budget() instanceof Budget.Parameters parameters) {
      return "ends with heads of " + Words.count(parameters.values(), "parameter");
    } else if (selection.budget() instanceof Budget.Fraction fraction) {
      return "ends with heads of " + fraction.share() + " of all parameters";
    }
    return selection.keep() == 0
        ? "all of " + Words.count(heads, "head")
        : selection.keep() + " of " + Words.count(heads, "head");
  }
}
