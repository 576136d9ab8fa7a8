package io.winnow.cli;

import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Shows a run on the terminal: the progress bar, and a line for what is worth one. */
final class ConsoleListener implements RunListener {
  private final Terminal terminal;
  private final ProgressBar bar;

  ConsoleListener(Terminal terminal, LongSupplier nanos) {
    this.terminal = terminal;
    this.bar = new ProgressBar(terminal, nanos);
  }

  @Override
  public synchronized void on(RunEvent event) { // listeners are told by several threads in turn
    if (event instanceof RunEvent.StepDone step) {
      bar.step(step);
    } else if (event instanceof RunEvent.Started started) {
      bar.start(started.heads(), started.fromStep(), started.totalSteps());
      bar.line(started(started));
    } else {
      bar.line(line(event));
    }
  }

  /** Takes the bar off the screen, for what is printed next. */
  synchronized void end() {
    bar.erase();
  }

  private String started(RunEvent.Started started) {
    String from = started.fromStep() == 0 ? "" : ", going on after step " + started.fromStep();
    String workers = started.workers() == 0 ? "" : ", " + Words.count(started.workers(), "worker");
    return String.format(
        Locale.ROOT,
        "%s: %s, %s%s%s",
        terminal.strong(started.run()),
        Words.count(started.totalSteps(), "step"),
        Words.count(started.heads(), "head"),
        workers,
        from);
  }

  private String line(RunEvent event) {
    if (event instanceof RunEvent.Evaluated evaluated) {
      String best = evaluated.best() ? "  (best so far)" : "";
      return at(evaluated.step(), "evaluated", Words.metrics(evaluated.metrics()) + best);
    }
    if (event instanceof RunEvent.Selected selected) {
      String heads = Words.count(selected.kept().size(), "head") + " kept, ";
      String dropped = Words.number(selected.dropped().size()) + " dropped: keeps ";
      return at(selected.step(), "selected", heads + dropped + String.join(", ", selected.kept()));
    }
    if (event instanceof RunEvent.Pruned pruned) {
      String freed = Words.count(pruned.parameters(), "parameter") + " and ";
      return at(pruned.step(), "pruned", freed + Words.bytes(pruned.bytes()) + " freed");
    }
    if (event instanceof RunEvent.CheckpointCounted checkpoint) {
      return at(checkpoint.step(), "checkpoint", "complete");
    }
    if (event instanceof RunEvent.Recovered recovered) {
      String attempt = "attempt " + recovered.attempt() + ": " + recovered.reason();
      return at(recovered.fromStep(), "recovered", attempt);
    }
    return rare(event);
  }

  private String rare(RunEvent event) {
    if (event instanceof RunEvent.StepSkipped skipped) {
      return at(skipped.step(), "skipped", skipped.reason());
    }
    if (event instanceof RunEvent.Steered steered) {
      return at(steered.step(), "changed", settings(steered.set()));
    }
    if (event instanceof RunEvent.Paused paused) {
      return at(paused.step(), "paused", paused.reason());
    }
    throw new IllegalStateException("no line for " + event);
  }

  private String at(long step, String what, String details) {
    return String.format(Locale.ROOT, "step %d  %s  %s", step, terminal.strong(what), details);
  }

  private static String settings(Map<String, String> set) {
    return set.entrySet().stream()
        .map(entry -> entry.getKey() + " = " + entry.getValue())
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
