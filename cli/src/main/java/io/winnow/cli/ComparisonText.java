package io.winnow.cli;

import io.winnow.cli.ComparisonTable.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A comparison's table for a person, with the widest of each column deciding its width. */
final class ComparisonText {
  private static final String GAP = "  ";
  private static final List<String> TITLES =
      List.of("method", "K", "n", "", "", "trained", "heads", "optimizer", "compute", "sent");

  private ComparisonText() {}

  static String of(ComparisonTable table) {
    String metric = table.metric().name();
    List<String> titles = new ArrayList<>(TITLES);
    titles.set(3, metric);
    titles.set(4, "difference");
    List<List<String>> lines = new ArrayList<>(List.of(titles));
    table.rows().forEach(row -> lines.add(line(row, table.heads())));
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(aligned(line, lines)).append('\n'));
    text.append('\n').append(legend(table));
    return text.toString();
  }

  private static List<String> line(Row row, int heads) {
    return List.of(
        row.method(),
        row.keep() == 0 ? "-" : "" + row.keep(),
        "" + row.cells().size(),
        plusMinus("%.4f", row.metric().mean(), row.metric().deviation()),
        row.difference() == null
            ? "-"
            : plusMinus("%+.4f", row.difference().mean(), row.difference().halfInterval()),
        Words.number(row.rounded(CellResult::parameters)),
        String.format(Locale.ROOT, "%.3g", row.mean(CellResult::kept)).replaceAll("\\.0+$", "")
            + "/"
            + heads,
        Words.bytes(row.rounded(CellResult::optimizerBytes)),
        Words.clock(row.mean(CellResult::computeSeconds)),
        Words.bytes(row.rounded(CellResult::bytes)));
  }

  /** The second number is left out where it is not known. */
  private static String plusMinus(String format, double value, double by) {
    String text = Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    return Double.isFinite(by) ? text + String.format(Locale.ROOT, " ± %.4f", by) : text;
  }

  private static String aligned(List<String> line, List<List<String>> lines) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < line.size(); i++) {
      int column = i;
      int width = lines.stream().mapToInt(l -> l.get(column).length()).max().orElse(0);
      String padding = " ".repeat(width - line.get(i).length());
      text.append(i == 0 ? line.get(i) + padding : GAP + padding + line.get(i));
    }
    return text.toString().stripTrailing();
  }

  private static String legend(ComparisonTable table) {
    String first = table.rows().isEmpty() ? "the first" : reference(table);
    return table.metric().name()
        + ": last evaluation, "
        + (table.metric().higherIsBetter() ? "higher" : "lower")
        + " is better; mean ± standard deviation over n seeds.\n"
        + "difference: to "
        + first
        + ", mean over the same seeds ± half of its 95 % interval (Student's t).\n"
        + "trained, heads, optimizer: at the end. compute, sent: of training steps; means.\n"
        + table.finished()
        + " of "
        + Words.count(table.runs(), "run")
        + " finished.\n";
  }

  private static String reference(ComparisonTable table) {
    List<String> names =
        table.rows().stream()
            .map(Row::reference)
            .filter(java.util.Objects::nonNull)
            .distinct()
            .toList();
    return names.size() == 1 ? names.get(0) : "the first method, at the same K where it has it";
  }
}
