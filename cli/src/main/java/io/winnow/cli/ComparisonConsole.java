package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shows a comparison on the terminal: a line when a run begins, goes back or ends, and where lines
 * can be overwritten one below them on how far all are. Told by several threads.
 */
final class ComparisonConsole {
  private static final long REDRAW_NANOS = 200_000_000L;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Terminal terminal;
  private final LongSupplier nanos;
  private final int runs;
  private final long stepsOfRun;
  private final Map<String, Long> steps = new LinkedHashMap<>();
  private int finished;
  private long drawnAt;
  private boolean onScreen;

  ComparisonConsole(Terminal terminal, LongSupplier nanos, Comparison comparison) {
    this.terminal = terminal;
    this.nanos = nanos;
    this.runs = comparison.cells().size();
    this.stepsOfRun = comparison.steps();
    this.drawnAt = nanos.getAsLong();
  }

  /** A run that had finished before. */
  synchronized void wasFinished() {
    finished++;
  }

  /** What to tell of a run's events. */
  RunListener of(Cell cell) {
    return event -> on(cell, event);
  }

  private synchronized void on(Cell cell, RunEvent event) {
    if (event instanceof RunEvent.StepDone step) {
      steps.put(cell.run(), step.step());
      redraw();
    } else if (event instanceof RunEvent.Started started) {
      steps.put(cell.run(), started.fromStep());
      String from = started.fromStep() == 0 ? "" : " after step " + started.fromStep();
      line(cell, started.fromStep() == 0 ? "begun" : "going on" + from);
    } else if (event instanceof RunEvent.Recovered recovered) {
      line(cell, "back at step " + recovered.fromStep() + ": " + recovered.reason());
    }
  }

  /** A run finished. */
  synchronized void finished(Cell cell, CellResult result, String metric) {
    finished++;
    steps.remove(cell.run());
    line(
        cell,
        String.format(
            Locale.ROOT,
            "finished (%d of %d): %s %.4f, %s of %s trained",
            finished,
            runs,
            metric,
            result.metric(),
            Words.count(result.kept(), "head"),
            Words.count(result.parameters(), "parameter")));
  }

  /** A run ended otherwise. */
  synchronized void ended(Cell cell, String how) {
    steps.remove(cell.run());
    line(cell, how);
  }

  /** Takes the line on how far all are off the screen. */
  synchronized void end() {
    if (onScreen) {
      terminal.out().print(CLEAR_LINE);
      terminal.out().flush();
      onScreen = false;
    }
  }

  private void line(Cell cell, String what) {
    end();
    terminal.out().println(terminal.strong(cell.run()) + "  " + what);
  }

  private void redraw() {
    long now = nanos.getAsLong();
    if (!terminal.interactive() || now - drawnAt < REDRAW_NANOS) {
      return;
    }
    drawnAt = now;
    long done = finished * stepsOfRun + steps.values().stream().mapToLong(s -> s).sum();
    String text =
        String.format(
            Locale.ROOT,
            "%d/%d runs  step %,d/%,d  %s",
            finished,
            runs,
            done,
            runs * stepsOfRun,
            String.join(", ", steps.keySet()));
    int width = Math.max(20, terminal.columns() - 1);
    terminal.out().print(CLEAR_LINE + (text.length() > width ? text.substring(0, width) : text));
    terminal.out().flush();
    onScreen = true;
  }
}
