package io.winnow.cli;

import io.winnow.model.io.RunLock;
import io.winnow.model.io.RunPlace;
import java.util.function.BiFunction;

/** One process's work on one run, from the lock to the last line on the terminal. */
final class RunSession {
  private final CommandContext context;
  private final RunPlace place;

  RunSession(CommandContext context, RunPlace place) {
    this.context = context;
    this.place = place;
  }

  /**
   * Holds the run's lock while {@code start} and what it started work.
   *
   * @return the exit code: 0 finished, 1 paused, 128 + signal stopped
   */
  int follow(BiFunction<RunPlace, RunListener, RunHandle> start) throws InterruptedException {
    RunLock lock = place.folder().lock();
    try {
      context.logging().toFile(place.folder().log());
      return followLocked(start);
    } finally {
      lock.close();
    }
  }

  private int followLocked(BiFunction<RunPlace, RunListener, RunHandle> start)
      throws InterruptedException {
    ConsoleListener console = new ConsoleListener(context.terminal(), System::nanoTime);
    try {
      RunHandle handle = start.apply(place, console);
      try (Interrupts interrupts = Interrupts.during(() -> askToStop(handle))) {
        RunEnd end = handle.await();
        console.end();
        return report(end, interrupts);
      }
    } finally {
      console.end();
    }
  }

  private void askToStop(RunHandle handle) {
    context.terminal().err().println();
    context.terminal().err().println("stopping after a checkpoint; once more ends at once");
    handle.stop();
  }

  private int report(RunEnd end, Interrupts interrupts) {
    if (end instanceof RunEnd.Finished finished) {
      ResultsReport.lines(finished.results(), place).forEach(context.terminal().out()::println);
      return 0;
    }
    String goOn = "Go on with: winnow resume " + place.folder().path();
    if (end instanceof RunEnd.Paused paused) {
      context.terminal().out().println("Paused at step " + paused.step() + ": " + paused.reason());
      context.terminal().out().println(goOn);
      return 1;
    }
    RunEnd.Stopped stopped = (RunEnd.Stopped) end;
    context
        .terminal()
        .out()
        .println("Stopped at step " + stopped.step() + ", checkpoint " + stopped.checkpoint());
    context.terminal().out().println(goOn);
    return interrupts.exitCode();
  }
}
