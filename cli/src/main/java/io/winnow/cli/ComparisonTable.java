package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.config.RunConfig.Training.Metric;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a comparison so far: a row for each method and K with a run that has finished.
 *
 * @param metric what is compared, of the last evaluation
 * @param heads of the model
 * @param runs of the whole comparison
 */
record ComparisonTable(Metric metric, int heads, int runs, List<Row> rows) {

  /**
   * One method at one K.
   *
   * @param keep K; 0 where the method has none
   * @param cells the runs that have finished, by seed
   * @param reference name of the row that this one is compared with, or null for that row itself
   * @param difference metric minus the reference's, over the seeds that both have; null where there
   *     are none
   */
  record Row(
      String method,
      int keep,
      Map<Cell, CellResult> cells,
      @Nullable String reference,
      @Nullable Spread difference) {

    /** Method, and K where it has one. */
    String name() {
      return ComparisonTable.name(method, keep);
    }

    Spread of(ToDoubleFunction<CellResult> value) {
      return Spread.of(cells.values().stream().mapToDouble(value).toArray());
    }

    Spread metric() {
      return of(CellResult::metric);
    }

    double mean(ToDoubleFunction<CellResult> value) {
      return of(value).mean();
    }

    long rounded(ToDoubleFunction<CellResult> value) {
      return Math.round(mean(value));
    }
  }

  private static String name(String method, int keep) {
    return keep == 0 ? method : method + " K=" + keep;
  }

  /** The table of the runs that have finished. */
  static ComparisonTable of(Comparison comparison, Map<String, CellResult> results) {
    Map<String, Map<Cell, CellResult>> groups = new LinkedHashMap<>();
    for (Cell cell : comparison.cells()) {
      CellResult result = results.get(cell.run());
      if (result != null) {
        groups
            .computeIfAbsent(name(cell.method(), cell.keep()), n -> new LinkedHashMap<>())
            .put(cell, result);
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Map<Cell, CellResult> group : groups.values()) {
      Cell first = group.keySet().iterator().next();
      String reference = reference(comparison, first);
      boolean isItself = reference.equals(name(first.method(), first.keep()));
      rows.add(
          new Row(
              first.method(),
              first.keep(),
              group,
              isItself ? null : reference,
              isItself ? null : difference(group, groups.get(reference))));
    }
    return new ComparisonTable(
        comparison.metric(), comparison.heads(), comparison.cells().size(), List.copyOf(rows));
  }

  /** The first method: at the same K where it has that, else at its first. */
  private static String reference(Comparison comparison, Cell cell) {
    List<Cell> firsts =
        comparison.cells().stream()
            .filter(c -> c.method().equals(comparison.methods().get(0)))
            .toList();
    int keep =
        firsts.stream()
            .map(Cell::keep)
            .filter(k -> k == cell.keep())
            .findFirst()
            .orElse(firsts.get(0).keep());
    return name(firsts.get(0).method(), keep);
  }

  private static @Nullable Spread difference(
      Map<Cell, CellResult> row, @Nullable Map<Cell, CellResult> reference) {
    if (reference == null) {
      return null;
    }
    Map<Long, Double> theirs = new LinkedHashMap<>();
    reference.forEach((cell, result) -> theirs.put(cell.seed(), result.metric()));
    double[] pairs =
        row.entrySet().stream()
            .filter(e -> theirs.containsKey(e.getKey().seed()))
            .mapToDouble(e -> e.getValue().metric() - theirs.get(e.getKey().seed()))
            .toArray();
    return pairs.length == 0 ? null : Spread.of(pairs);
  }

  /** Runs that have finished. */
  int finished() {
    return rows.stream().mapToInt(row -> row.cells().size()).sum();
  }
}
