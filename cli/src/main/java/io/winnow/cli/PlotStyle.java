package io.winnow.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** How all plots look: white, light grid, colours that colour-blind people tell apart. */
final class PlotStyle {
  /** For what is set apart, in this order (Okabe and Ito's palette without yellow and black). */
  static final List<Color> COLORS =
      List.of(
          new Color(0x0072B2),
          new Color(0xD55E00),
          new Color(0x009E73),
          new Color(0xCC79A7),
          new Color(0x56B4E9),
          new Color(0xE69F00));

  /** For what is there, but not what the plot is about. */
  static final Color FAINT = new Color(0xBBBBBB);

  /** For marks across the plot, such as the step of a selection. */
  static final Color MARK = new Color(0x555555);

  static final BasicStroke THIN = new BasicStroke(1f);
  static final BasicStroke THICK = new BasicStroke(1.8f);
  static final BasicStroke DASHED =
      new BasicStroke(
          1f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 10f, new float[] {4f, 4f}, 0f);

  private static final int WIDTH = 1000;
  private static final int HEIGHT = 560;
  private static final int LETTERS = 12;
  private static final Color GRID = new Color(0xE6E6E6);

  private PlotStyle() {}

  /** Words of a plot: its title and those of its axes. */
  record Titles(String plot, String x, String y) {}

  /** An empty plot of lines over numbers. */
  static XYChart lines(Titles titles) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(titles.plot)
            .xAxisTitle(titles.x)
            .yAxisTitle(titles.y)
            .build();
    chart.getStyler().setSeriesMarkers(new Marker[] {SeriesMarkers.NONE});
    apply(chart.getStyler());
    return chart;
  }

  /** An empty plot of bars over names. */
  static CategoryChart bars(Titles titles) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(titles.plot)
            .xAxisTitle(titles.x)
            .yAxisTitle(titles.y)
            .build();
    chart.getStyler().setAvailableSpaceFill(0.8);
    apply(chart.getStyler());
    return chart;
  }

  private static void apply(AxesChartStyler styler) {
    Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, LETTERS);
    styler.setLocale(Locale.ROOT);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(THIN);
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitleFont(plain.deriveFont(Font.BOLD, LETTERS + 2f));
    styler.setAxisTitleFont(plain);
    styler.setAxisTickLabelsFont(plain);
    styler.setLegendFont(plain);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendPosition(Styler.LegendPosition.OutsideE);
    styler.setSeriesColors(COLORS.toArray(Color[]::new));
  }
}
