package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.RunLock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** One process's work on a comparison, from the lock to the table on the terminal. */
final class ComparisonSession {
  private final CommandContext context;
  private final Engine engine;
  private final ComparisonFolder folder;
  private final Comparison comparison;
  private final ComparisonConsole console;
  private final List<String> paused = Collections.synchronizedList(new ArrayList<>());
  private String plotProblem = "";

  ComparisonSession(
      CommandContext context, Engine engine, ComparisonFolder folder, Comparison comparison) {
    this.context = context;
    this.engine = engine;
    this.folder = folder;
    this.comparison = comparison;
    this.console = new ComparisonConsole(context.terminal(), System::nanoTime, comparison);
  }

  /**
   * Works on every run that has not finished.
   *
   * @param parallel runs at a time
   * @return the exit code: 0 all finished, 1 some paused, 128 + signal stopped
   */
  int run(int parallel) throws InterruptedException {
    RunLock lock = folder.lock();
    try {
      context.logging().toFile(folder.log());
      int code = work(parallel);
      context.terminal().out().print(ComparisonText.of(show()));
      print("Folder: " + folder.path());
      if (!plotProblem.isEmpty()) {
        print("No plot: " + plotProblem);
      }
      if (code != 0) {
        print("Go on with: winnow compare " + folder.path());
      }
      return code;
    } finally {
      console.end();
      lock.close();
    }
  }

  /** Writes the table; that there are no fonts for a plot is no reason to stop the runs. */
  private ComparisonTable show() {
    ComparisonTable table = folder.writeTable(comparison);
    if (table.finished() > 0 && plotProblem.isEmpty()) {
      try {
        folder.drawPlot(table);
      } catch (UserProblem undrawn) {
        plotProblem = undrawn.getMessage(); // told at the end
      }
    }
    return table;
  }

  /** Seed by seed, so that every method has a number early. */
  private List<Cell> unfinished() {
    Map<String, CellResult> finished = folder.results(comparison);
    finished.keySet().forEach(run -> console.wasFinished());
    return comparison.cells().stream()
        .filter(cell -> !finished.containsKey(cell.run()))
        .sorted(Comparator.comparingLong(Cell::seed))
        .toList();
  }

  private int work(int parallel) throws InterruptedException {
    List<Cell> cells = unfinished();
    if (cells.isEmpty()) {
      return 0;
    }
    int workers = engine.workers(cells.get(0).resolved());
    try (RunGroup group = engine.group(folder.store(), workers)) {
      ComparisonRuns runs = new ComparisonRuns(folder, group, cells, listener());
      try (Interrupts interrupts = Interrupts.during(() -> askToStop(runs))) {
        runs.work(Math.min(parallel, cells.size()));
        console.end();
        return interrupts.exitCode() != 0 ? interrupts.exitCode() : paused.isEmpty() ? 0 : 1;
      }
    }
  }

  private ComparisonRuns.Listener listener() {
    return new ComparisonRuns.Listener() {
      @Override
      public RunListener of(Cell cell) {
        return console.of(cell);
      }

      @Override
      public void ended(Cell cell, RunEnd end) {
        onEnd(cell, end);
      }
    };
  }

  private synchronized void onEnd(Cell cell, RunEnd end) {
    if (end instanceof RunEnd.Finished) {
      show();
      String metric = comparison.metric().name();
      console.finished(cell, folder.results(comparison).get(cell.run()), metric);
    } else if (end instanceof RunEnd.Paused pause) {
      paused.add(cell.run());
      console.ended(cell, "paused at step " + pause.step() + ": " + pause.reason());
    } else if (end instanceof RunEnd.Stopped stopped) {
      console.ended(cell, "stopped at step " + stopped.step() + " with a checkpoint");
    }
  }

  private void askToStop(ComparisonRuns runs) {
    context.terminal().err().println();
    context.terminal().err().println("stopping after checkpoints; once more ends at once");
    runs.stop();
  }

  private void print(String line) {
    context.terminal().out().println(line);
  }
}
