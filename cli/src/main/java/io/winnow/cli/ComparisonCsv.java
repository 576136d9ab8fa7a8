package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.cli.ComparisonTable.Row;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A comparison's table as CSV: numbers in full, empty where there is none. */
final class ComparisonCsv {
  private static final String ROWS =
      "method,keep,seeds,metric,mean,deviation,compared_with,difference,half_interval_95,"
          + "trained_parameters,kept_heads,optimizer_bytes,seconds,compute_seconds,sent_bytes";
  private static final String RUNS =
      "run,method,keep,seed,metric,value,steps,trained_parameters,kept_heads,optimizer_bytes,"
          + "seconds,compute_seconds,sent_bytes";

  private ComparisonCsv() {}

  /** A line for each method and K. */
  static String rows(ComparisonTable table) {
    return table.rows().stream()
        .map(row -> row(row, table.metric().name()))
        .collect(Collectors.joining("", ROWS + "\n", ""));
  }

  private static String row(Row row, String metric) {
    Spread difference = row.difference();
    return line(
        row.method(),
        keep(row.keep()),
        row.cells().size(),
        metric,
        number(row.metric().mean()),
        number(row.metric().deviation()),
        row.reference() == null ? "" : row.reference(),
        difference == null ? "" : number(difference.mean()),
        difference == null ? "" : number(difference.halfInterval()),
        number(row.mean(CellResult::parameters)),
        number(row.mean(CellResult::kept)),
        number(row.mean(CellResult::optimizerBytes)),
        seconds(row.mean(CellResult::seconds)),
        seconds(row.mean(CellResult::computeSeconds)),
        number(row.mean(CellResult::bytes)));
  }

  /** A line for each run. */
  static String runs(ComparisonTable table) {
    StringBuilder text = new StringBuilder(RUNS).append('\n');
    for (Row row : table.rows()) {
      row.cells().forEach((cell, result) -> text.append(run(cell, result, table)));
    }
    return text.toString();
  }

  private static String run(Cell cell, CellResult result, ComparisonTable table) {
    return line(
        cell.run(),
        cell.method(),
        keep(cell.keep()),
        cell.seed(),
        table.metric().name(),
        number(result.metric()),
        result.steps(),
        result.parameters(),
        result.kept(),
        result.optimizerBytes(),
        seconds(result.seconds()),
        seconds(result.computeSeconds()),
        result.bytes());
  }

  private static String keep(int keep) {
    return keep == 0 ? "" : "" + keep;
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** Whole numbers without a fraction, others as Java has them, none where it is not finite. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String line(@Nullable Object... fields) {
    return Arrays.stream(fields).map(String::valueOf).collect(Collectors.joining(",", "", "\n"));
  }
}
