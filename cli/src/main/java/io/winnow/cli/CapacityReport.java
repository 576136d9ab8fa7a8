package io.winnow.cli;

import io.winnow.actors.bench.Capacity;
import io.winnow.actors.bench.Capacity.Result;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What a measurement of the control plane came to, as a table for people and programs, and a plot.
 */
final class CapacityReport {
  /** Column names of {@link #row}, as Markdown has them. */
  static final String HEADER =
      "| JVMs | workers | heads | layers | steps/s | CPU ms/step | messages/step |"
          + " allocated/step | between JVMs/step | load |\n"
          + "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |";

  private static final String CSV =
      "nodes,workers,heads,layers,steps_per_second,cpu_ms_per_step,messages_per_step,"
          + "allocated_bytes_per_step,wire_bytes_per_step,load\n";
  private static final int MARKER = 7;
  private static final Comparator<Capacity.Cell> IN_ORDER =
      Comparator.comparingInt(Capacity.Cell::nodes)
          .thenComparingInt(Capacity.Cell::workers)
          .thenComparingInt(Capacity.Cell::heads);

  private final List<Result> results;

  CapacityReport(List<Result> results) {
    this.results = List.copyOf(results);
  }

  /** The results, with those of other cells that the folder's table has. */
  static CapacityReport of(List<Result> results, @Nullable Path folder) {
    Map<Capacity.Cell, Result> cells = new TreeMap<>(IN_ORDER);
    Path older = folder == null ? null : folder.resolve("control-plane.csv");
    if (older != null && Files.exists(older)) {
      read(older).forEach(r -> cells.put(r.cell(), r));
    }
    results.forEach(r -> cells.put(r.cell(), r));
    return new CapacityReport(List.copyOf(cells.values()));
  }

  private static List<Result> read(Path csv) {
    try {
      return Files.readAllLines(csv).stream().skip(1).map(CapacityReport::parse).toList();
    } catch (IOException | NumberFormatException e) {
      throw UserProblem.failure(csv + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Result parse(String line) {
    double[] of = Arrays.stream(line.split(",")).mapToDouble(Double::parseDouble).toArray();
    return new Result(
        new Capacity.Cell((int) of[0], (int) of[1], (int) of[2]),
        of[4],
        of[5],
        of[7],
        of[6],
        of[8],
        of[9]);
  }

  static String row(Result r) {
    return String.format(
        Locale.ROOT,
        "| %d | %d | %,d | %,d | %s | %s | %,.0f | %s | %s | %.1f |",
        r.cell().nodes(),
        r.cell().workers(),
        r.cell().heads(),
        r.cell().layers(),
        figures(r.stepsPerSecond()),
        figures(r.cpuMillis()),
        r.messages(),
        Words.bytes(Math.round(r.allocated())),
        r.cell().nodes() == 1 ? "" : Words.bytes(Math.round(r.wireBytes())),
        r.load());
  }

  /** Three figures, or all of a whole number. */
  private static String figures(double value) {
    int decimals = (int) Math.max(0, 2 - Math.floor(Math.log10(value)));
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** How the cost of a step grows with heads: the exponents of powers fitted to it. */
  List<String> exponents() {
    List<String> lines = new ArrayList<>();
    lines(results)
        .forEach(
            (name, line) -> {
              if (line.size() > 1) {
                lines.add(
                    String.format(
                        Locale.ROOT,
                        "%s: by heads, processor time grows with the power %.2f, messages with"
                            + " %.2f, allocated bytes with %.2f",
                        name,
                        exponent(line, Result::cpuMillis),
                        exponent(line, Result::messages),
                        exponent(line, Result::allocated)));
              }
            });
    return lines;
  }

  /** Slope of the straight line through logarithms, by least squares. */
  static double exponent(List<Result> line, ToDoubleFunction<Result> cost) {
    double[] x = line.stream().mapToDouble(r -> Math.log(r.cell().heads())).toArray();
    double[] y = line.stream().mapToDouble(r -> Math.log(cost.applyAsDouble(r))).toArray();
    double xMean = Arrays.stream(x).average().orElseThrow();
    double yMean = Arrays.stream(y).average().orElseThrow();
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < x.length; i++) {
      covariance += (x[i] - xMean) * (y[i] - yMean);
      variance += (x[i] - xMean) * (x[i] - xMean);
    }
    return covariance / variance;
  }

  private static Map<String, List<Result>> lines(List<Result> results) {
    Map<String, List<Result>> lines = new LinkedHashMap<>();
    for (Result result : results) {
      Capacity.Cell cell = result.cell();
      String name = Words.count(cell.workers(), "worker") + ", " + cell.nodes() + " JVM";
      lines
          .computeIfAbsent(name + (cell.nodes() == 1 ? "" : "s"), n -> new ArrayList<>())
          .add(result);
    }
    return lines;
  }

  /** Writes all three files. */
  void write(Path folder) {
    try {
      Files.createDirectories(folder);
      AtomicFile.writeText(folder.resolve("control-plane.csv"), csv());
      AtomicFile.writeText(folder.resolve("control-plane.md"), table());
    } catch (IOException e) {
      throw UserProblem.failure("cannot write into " + folder + ": " + e.getMessage(), e);
    }
    PlotFile.of(folder.resolve("control-plane.svg")).draw(plot());
  }

  String csv() {
    StringBuilder text = new StringBuilder(CSV);
    for (Result r : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d,%d,%d,%d,%.4f,%.4f,%.1f,%.0f,%.0f,%.2f%n",
              r.cell().nodes(),
              r.cell().workers(),
              r.cell().heads(),
              r.cell().layers(),
              r.stepsPerSecond(),
              r.cpuMillis(),
              r.messages(),
              r.allocated(),
              r.wireBytes(),
              r.load()));
    }
    return text.toString();
  }

  private String table() {
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    results.forEach(r -> text.append(row(r)).append('\n'));
    exponents().forEach(line -> text.append("\n* ").append(line));
    return text.append('\n').toString();
  }

  private XYChart plot() {
    XYChart chart =
        PlotStyle.lines(
            new PlotStyle.Titles("steps per second, workers compute nothing", "heads", "steps/s"));
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setMarkerSize(MARKER);
    lines(results)
        .forEach(
            (name, line) ->
                chart
                    .addSeries(
                        name,
                        line.stream().mapToDouble(r -> r.cell().heads()).toArray(),
                        line.stream().mapToDouble(Result::stepsPerSecond).toArray())
                    .setMarker(SeriesMarkers.CIRCLE));
    return chart;
  }
}
