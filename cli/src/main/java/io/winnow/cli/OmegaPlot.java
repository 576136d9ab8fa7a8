package io.winnow.cli;

import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.Selected;
import io.winnow.model.explain.TracePoint;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/**
 * Omega of each head over the steps: dropped heads faint and up to where they went, the others in
 * colours, selections as dashed lines across.
 */
final class OmegaPlot {
  /** Heads that have a name beside the plot; of more, none has. */
  private static final int NAMED = 16;

  private final Explanation run;
  private final XYChart chart;

  private OmegaPlot(Explanation run) {
    this.run = run;
    this.chart =
        PlotStyle.lines(
            new PlotStyle.Titles(
                run.config().method().name().text() + " run " + run.name() + ": omega of each head",
                "step",
                "omega"));
  }

  static XYChart of(Explanation run) {
    OmegaPlot plot = new OmegaPlot(run);
    plot.draw();
    return plot.chart;
  }

  private void draw() {
    List<Integer> kept = shown(true);
    List<Integer> dropped = shown(false);
    ShortNames names = ShortNames.of(run.traces().heads());
    for (int i : dropped) {
      XYSeries line = line(i, names.of(i), PlotStyle.FAINT);
      line.setLineStyle(PlotStyle.THIN);
      line.setShowInLegend(kept.isEmpty() && dropped.size() <= NAMED);
    }
    for (int n = 0; n < kept.size(); n++) {
      Color color = PlotStyle.COLORS.get(n % PlotStyle.COLORS.size());
      XYSeries line = line(kept.get(n), names.of(kept.get(n)), color);
      line.setLineStyle(PlotStyle.THICK);
      line.setShowInLegend(kept.size() <= NAMED);
    }
    run.history().selections().forEach(this::mark);
  }

  private List<Integer> shown(boolean live) {
    return run.shown().stream()
        .filter(i -> run.history().heads().get(i).rank() > 0 == live)
        .toList();
  }

  private XYSeries line(int head, String name, Color color) {
    List<Double> steps = new ArrayList<>();
    List<Double> omegas = new ArrayList<>();
    HeadTraces traces = run.traces();
    for (TracePoint point : traces.points()) {
      if (point.isLive(head)) {
        steps.add((double) point.step());
        omegas.add((double) point.omega().get(head));
      }
    }
    if (steps.isEmpty()) { // gone at the first trace
      steps.add((double) traces.points().get(0).step());
      omegas.add(0.0);
    }
    XYSeries line = chart.addSeries(name, steps, omegas);
    line.setLineColor(color);
    return line;
  }

  /** From the lowest to the highest omega that was ever drawn. */
  private void mark(Selected selected) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (TracePoint point : run.traces().points()) {
      for (int i : run.shown()) {
        if (point.isLive(i)) {
          low = Math.min(low, point.omega().get(i));
          high = Math.max(high, point.omega().get(i));
        }
      }
    }
    double[] at = {selected.step(), selected.step()};
    XYSeries line =
        chart.addSeries("selection at " + selected.step(), at, new double[] {low, high});
    line.setLineColor(PlotStyle.MARK);
    line.setLineStyle(PlotStyle.DASHED);
  }
}
