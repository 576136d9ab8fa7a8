package io.winnow.actors.gateway;

import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunStanding;
import io.winnow.protocol.RunStatus;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** Runs and workers in Prometheus' text format 0.0.4; every metric's name and unit is here. */
final class PrometheusText {
  private final StringBuilder text = new StringBuilder();
  private final List<RunStanding> runs;

  private PrometheusText(List<RunStanding> runs) {
    this.runs = runs;
  }

  /**
   * The whole page.
   *
   * @param entries all runs
   * @param standings those that are not over, as far as they answered
   */
  static String of(List<RegistryCommand.Entry> entries, List<RunStanding> standings, int workers) {
    PrometheusText page = new PrometheusText(standings);
    page.head("winnow_workers", "gauge", "Workers registered in the cluster.");
    page.text.append("winnow_workers ").append(workers).append('\n');
    page.statuses(entries);
    page.runs();
    return page.text.toString();
  }

  private void statuses(List<RegistryCommand.Entry> entries) {
    Map<RunStatus, Integer> counts = new TreeMap<>();
    entries.forEach(entry -> counts.merge(entry.status(), 1, Integer::sum));
    head("winnow_runs", "gauge", "Runs by status.");
    counts.forEach(
        (status, count) ->
            text.append("winnow_runs{status=\"")
                .append(status)
                .append("\"} ")
                .append(count)
                .append('\n'));
    head("winnow_run_running", "gauge", "1 while the run is running, 0 while it is paused.");
    runs.forEach(
        run -> line("winnow_run_running", run, run.view().status() == RunStatus.RUNNING ? 1 : 0));
  }

  private void runs() {
    gauge("winnow_run_step", "Optimizer steps applied.", RunStanding::step);
    gauge("winnow_run_steps", "Optimizer steps of the whole run.", RunStanding::totalSteps);
    gauge(
        "winnow_run_counted_step",
        "Step of the newest checkpoint that counts.",
        run -> run.view().counted().version());
    ofLast("winnow_run_loss", "Training loss of the newest step.", MetricsRow::loss);
    ofLast("winnow_run_learning_rate", "Learning rate of the newest step.", MetricsRow::lr);
    ofLast("winnow_run_gradient_norm", "Gradient norm of the newest step.", MetricsRow::gradNorm);
    ofLast(
        "winnow_run_tokens_per_second",
        "Tokens of the newest step by its time, padding excluded.",
        row -> row.seconds() > 0 ? row.tokens() / row.seconds() : 0);
    gauge("winnow_run_heads_kept", "Heads that are connected.", RunStanding::kept);
    gauge("winnow_run_parameters", "Trainable values that are left.", RunStanding::parameters);
    counter("winnow_run_attempts_total", "Attempts begun.", run -> run.view().attempt());
    counter(
        "winnow_run_skipped_steps_total",
        "Steps without effect because something was not finite.",
        RunStanding::skippedSteps);
    counter(
        "winnow_run_dropped_messages_total",
        "Messages of the attempt that came doubled, late or of a lower attempt.",
        RunStanding::dropped);
    counter(
        "winnow_run_hand_offs_total",
        "Layers that were moved without loss since the coordinator was started.",
        RunStanding::handOffs);
    evaluations();
  }

  private void evaluations() {
    String name = "winnow_run_evaluation";
    head(name, "gauge", "Metrics of the newest evaluation.");
    for (RunStanding run : runs) {
      if (run.evaluation() != null) {
        run.evaluation()
            .metrics()
            .forEach(
                (metric, value) ->
                    text.append(name)
                        .append("{run=\"" + run.view().run() + "\",metric=\"" + metric + "\"} ")
                        .append(number(value))
                        .append('\n'));
      }
    }
  }

  private void gauge(String name, String help, ToDoubleFunction<RunStanding> value) {
    head(name, "gauge", help);
    runs.forEach(run -> line(name, run, value.applyAsDouble(run)));
  }

  private void counter(String name, String help, ToDoubleFunction<RunStanding> value) {
    head(name, "counter", help);
    runs.forEach(run -> line(name, run, value.applyAsDouble(run)));
  }

  private void ofLast(String name, String help, ToDoubleFunction<MetricsRow> value) {
    head(name, "gauge", help);
    for (RunStanding run : runs) {
      if (run.last() != null) {
        line(name, run, value.applyAsDouble(run.last()));
      }
    }
  }

  private void head(String name, String type, String help) {
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private void line(String name, RunStanding run, double value) {
    text.append(name)
        .append("{run=\"" + run.view().run() + "\"} ") // a run's name needs no escapes
        .append(number(value))
        .append('\n');
  }

  private static String number(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
