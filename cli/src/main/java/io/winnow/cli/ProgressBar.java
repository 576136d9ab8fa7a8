package io.winnow.cli;

import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One line on how far a run is: drawn in place on a terminal, and elsewhere as a plain line every
 * tenth of the run or half minute, never twice within two seconds. Rates are running averages. Used
 * by one thread at a time.
 */
final class ProgressBar {
  private static final double FRESH = 0.1; // weight of the newest step in the averages
  private static final long REDRAW_NANOS = 100_000_000L;
  private static final long PLAIN_MIN_NANOS = 2_000_000_000L;
  private static final long PLAIN_MAX_NANOS = 30_000_000_000L;
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final Terminal terminal;
  private final LongSupplier nanos;
  private int heads;
  private double loss = Double.NaN;
  private double secondsPerStep = Double.NaN;
  private double tokensPerSecond = Double.NaN;
  private double staleness = Double.NaN;
  private long drawnAt = Long.MIN_VALUE;
  private long drawnTenth;
  private boolean onScreen;
  private RunEvent.@Nullable StepDone last;

  ProgressBar(Terminal terminal, LongSupplier nanos) {
    this.terminal = terminal;
    this.nanos = nanos;
  }

  void start(int headsAtStart, long fromStep, long totalSteps) {
    heads = headsAtStart;
    drawnTenth = tenth(fromStep, totalSteps);
  }

  void step(RunEvent.StepDone step) {
    last = step;
    loss = average(loss, step.loss());
    secondsPerStep = average(secondsPerStep, step.seconds());
    staleness = average(staleness, step.staleness());
    if (step.seconds() > 0) {
      tokensPerSecond = average(tokensPerSecond, step.tokens() / step.seconds());
    }
    if (terminal.interactive() ? isDueInPlace(step) : isDuePlain(step)) {
      draw();
    }
  }

  /** Prints a line above the bar. */
  void line(String text) {
    erase();
    terminal.out().println(text);
    if (terminal.interactive() && last != null) {
      draw();
    }
    terminal.out().flush();
  }

  /** Takes the bar off the screen. */
  void erase() {
    if (onScreen) {
      terminal.out().print(CLEAR_LINE);
      terminal.out().flush();
      onScreen = false;
    }
  }

  private boolean isDueInPlace(RunEvent.StepDone step) {
    return isFirst() || nanos.getAsLong() - drawnAt >= REDRAW_NANOS || isEnd(step);
  }

  private boolean isDuePlain(RunEvent.StepDone step) {
    long since = isFirst() ? PLAIN_MIN_NANOS : nanos.getAsLong() - drawnAt;
    boolean newTenth = tenth(step.step(), step.totalSteps()) > drawnTenth;
    return isEnd(step)
        || since >= PLAIN_MIN_NANOS && (newTenth || isFirst())
        || since >= PLAIN_MAX_NANOS;
  }

  private void draw() {
    drawnAt = nanos.getAsLong();
    drawnTenth = tenth(last.step(), last.totalSteps());
    if (terminal.interactive()) {
      String line = text();
      int room = terminal.columns() - 1;
      terminal.out().print(CLEAR_LINE + line.substring(0, Math.min(room, line.length())));
      onScreen = true;
    } else {
      terminal.out().println(numbers());
    }
    terminal.out().flush();
  }

  private String text() {
    String numbers = numbers();
    int width = Math.min(30, terminal.columns() - numbers.length() - 5);
    if (width < 5) {
      return numbers;
    }
    int done = (int) (width * last.step() / Math.max(1, last.totalSteps()));
    return "[" + "=".repeat(done) + " ".repeat(width - done) + "] " + numbers;
  }

  private String numbers() {
    return String.format(
        Locale.ROOT,
        "step %d/%d  loss %.4f  lr %.2e  %s tok/s  %d/%d heads%s  ETA %s",
        last.step(),
        last.totalSteps(),
        loss,
        last.lr(),
        Double.isNaN(tokensPerSecond) ? "-" : Words.number(Math.round(tokensPerSecond)),
        last.kept(),
        heads,
        Double.isNaN(staleness) ? "" : String.format(Locale.ROOT, "  staleness %.1f", staleness),
        Words.clock((last.totalSteps() - last.step()) * secondsPerStep));
  }

  private boolean isFirst() {
    return drawnAt == Long.MIN_VALUE;
  }

  private static boolean isEnd(RunEvent.StepDone step) {
    return step.step() >= step.totalSteps();
  }

  private static long tenth(long step, long totalSteps) {
    return 10 * step / Math.max(1, totalSteps);
  }

  private static double average(double before, double now) {
    return Double.isNaN(before) ? now : before + FRESH * (now - before);
  }
}
