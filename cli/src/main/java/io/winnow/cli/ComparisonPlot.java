package io.winnow.cli;

import io.winnow.cli.ComparisonTable.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A comparison as a plot: for each row of the table the metric over what is trained at the end,
 * with a bar of one standard deviation to each side; a method has one colour at every K.
 */
final class ComparisonPlot {
  private static final int MARKER = 9;

  private ComparisonPlot() {}

  /** The plot; without points where no metric is a finite number. */
  static XYChart of(ComparisonTable table) {
    String metric = table.metric().name();
    XYChart chart =
        PlotStyle.lines(
            new PlotStyle.Titles(
                metric + " by what is trained at the end", "trained parameters", metric));
    chart.getStyler().setMarkerSize(MARKER);
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    chart.getStyler().setXAxisDecimalPattern("#,###");
    byMethod(table).forEach((method, rows) -> add(chart, method, rows));
    return chart;
  }

  private static Map<String, List<Row>> byMethod(ComparisonTable table) {
    Map<String, List<Row>> methods = new LinkedHashMap<>();
    for (Row row : table.rows()) {
      if (Double.isFinite(row.metric().mean())) {
        methods.computeIfAbsent(row.method(), m -> new ArrayList<>()).add(row);
      }
    }
    return methods;
  }

  private static void add(XYChart chart, String method, List<Row> rows) {
    double[] parameters =
        rows.stream().mapToDouble(row -> row.mean(CellResult::parameters)).toArray();
    double[] means = rows.stream().mapToDouble(row -> row.metric().mean()).toArray();
    double[] bars =
        rows.stream()
            .mapToDouble(row -> row.metric().deviation())
            .map(deviation -> Double.isFinite(deviation) ? deviation : 0)
            .toArray();
    chart.addSeries(method, parameters, means, bars).setMarker(SeriesMarkers.CIRCLE);
  }
}
