package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.StatusFile;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A run of another process on this terminal: shown like one of this process, until it ends or its
 * user detaches by Ctrl-C. A connection that breaks is made again for a while.
 */
final class AttachedRun {
  private static final int MAX_RETRIES = 30;
  private static final long RETRY_SECONDS = 1;

  private final CommandContext context;
  private final SteeredRun run;
  private final ConsoleListener console;
  private final RemoteEvents translation;
  private final CountDownLatch detached = new CountDownLatch(1);
  private final AtomicReference<@Nullable ControlEvents> open = new AtomicReference<>();
  private int failures;

  AttachedRun(CommandContext context, SteeredRun run) {
    this.context = context;
    this.run = run;
    this.console = new ConsoleListener(context.terminal(), System::nanoTime);
    this.translation = new RemoteEvents(run.run(), () -> run.client().get(run.path("")));
  }

  /**
   * Shows the run.
   *
   * @return the exit code: 0 finished, 1 paused, 128 + signal detached
   */
  int follow() throws InterruptedException {
    run.client().get(run.path("")); // what is wrong at once is no reason to try again
    try (Interrupts interrupts = Interrupts.during(this::detach)) {
      while (true) {
        OptionalInt code = read();
        if (code.isPresent()) {
          return code.getAsInt();
        } else if (detached.await(RETRY_SECONDS, TimeUnit.SECONDS)) {
          sayHowToComeBack();
          return interrupts.exitCode();
        }
      }
    } finally {
      console.end();
    }
  }

  /** Any thread. */
  private void detach() {
    detached.countDown();
    ControlEvents events = open.get();
    if (events != null) {
      try {
        events.close();
      } catch (IOException gone) { // then nobody waits for it either
        context.terminal().err().println(gone.getMessage());
      }
    }
  }

  /** Reads until the stream ends; the exit code if the run has ended, too. */
  private OptionalInt read() throws InterruptedException {
    try (ControlEvents events = run.client().events(run.path("events"))) {
      open.set(events);
      while (detached.getCount() > 0) {
        ControlEvents.Event event = events.next();
        if (event == null) {
          break;
        }
        failures = 0;
        OptionalInt code = on(event.name(), event.data());
        if (code.isPresent()) {
          return code;
        }
      }
    } catch (IOException broken) {
      return detached.getCount() == 0 ? OptionalInt.empty() : lost(broken);
    }
    return detached.getCount() == 0 ? OptionalInt.empty() : lost(null);
  }

  private OptionalInt on(String name, JsonNode data) {
    if (name.equals("finished")) {
      console.end();
      ResultsReport.outcome(RemoteEvents.results(data)).forEach(this::print);
      return OptionalInt.of(0);
    } else if (name.equals("removed")) {
      throw UserProblem.failure("run '" + run.run() + "' was removed");
    } else if (name.equals("paused")) {
      return paused(data.path("step").asLong(), data.path("reason").asText());
    } else if (name.equals("attached") && data.path("status").asText().equals("PAUSED")) {
      return paused(data.path("counted").asLong(), data.path("reason").asText());
    }
    if (name.equals("attached") && data.path("status").asText().equals("QUEUED")) {
      print("Queued: " + data.path("reason").asText());
    }
    translation.of(name, data).forEach(console::on);
    return OptionalInt.empty();
  }

  private OptionalInt paused(long step, String reason) {
    console.end();
    print("Paused at step " + step + ": " + reason);
    print("Go on with: winnow resume " + run.words());
    return OptionalInt.of(1);
  }

  /** The process of a run of this machine may have ended: its folder tells how. */
  private OptionalInt lost(@Nullable IOException why) {
    if (run.folder() != null && !run.folder().isInUse()) {
      StatusFile status = StatusFile.of(run.folder());
      console.end();
      String how = status == null ? "ended" : status.phase() + " at step " + status.step();
      print(run.words() + ": " + how);
      return OptionalInt.of(status != null && status.phase().equals("finished") ? 0 : 1);
    }
    if (++failures > MAX_RETRIES) {
      throw UserProblem.failure(
          run.client().address()
              + " does not answer any more; the run may go on all the same. Attach again by:"
              + " winnow attach "
              + run.words(),
          why);
    }
    return OptionalInt.empty();
  }

  private void sayHowToComeBack() {
    console.end();
    context.terminal().err().println();
    print("Detached; the run goes on.");
    print("Attach again: winnow attach " + run.words());
    print("Pause it:     winnow pause " + run.words());
  }

  private void print(String line) {
    context.terminal().out().println(line);
  }
}
