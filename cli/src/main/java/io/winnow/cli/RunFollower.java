package io.winnow.cli;

import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.node.WinnowNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.PeftProfile;
import io.winnow.model.io.RunPlace;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunSummary;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A run that this process works on, as its command waits for it: what the coordinator tells is
 * written to the run's folder, shown to the listener, and ends the wait when the run ends. The
 * thread that waits does all of it, so that a full disk or a broken folder is its exception.
 */
final class RunFollower implements RunHandle {
  private static final String STOP = "stopped by its user";
  private static final long LOOK_AGAIN_SECONDS = 1;
  private static final int SILENCE_SECONDS = 5;

  private final WinnowNode node;
  private final RunClient client;
  private final RunFiles files;
  private final Translation translation;
  private final RunListener listener;
  private final RunPlace place;
  private final BlockingQueue<RunEvent> events = new LinkedBlockingQueue<>();
  private final long beganNanos = System.nanoTime();
  private volatile boolean stopping;
  private volatile long counted;
  private boolean isAttached;

  /** The node is closed by who started it, after {@link #await}. */
  RunFollower(WinnowNode node, RunPlace place, RunListener listener, Translation translation) {
    this.node = node;
    this.client = new RunClient(node, new RunId(place.runId()));
    this.place = place;
    this.listener = listener;
    this.files = new RunFiles(place.folder(), translation.heads());
    this.translation = translation;
  }

  /** Subscribes first, then begins, so that nothing is missed. */
  void begin(Consumer<RunClient> how) {
    files.rewrite(client.countedRows());
    client.follow(events::add);
    how.accept(client);
  }

  @Override
  public RunEnd await() throws InterruptedException {
    int silent = 0;
    while (true) {
      RunEvent event = events.poll(LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
      silent = event == null ? silent + 1 : 0;
      RunEnd end = event == null ? null : on(event);
      if (end != null) {
        return end;
      }
      if (node.system().getWhenTerminated().toCompletableFuture().isDone()) {
        throw UserProblem.failure("the node stopped by itself; see " + place.folder().log());
      }
      if (silent == SILENCE_SECONDS) {
        silent = 0;
        onSilence();
      }
    }
  }

  private @Nullable RunEnd on(RunEvent event) {
    files.on(event);
    translation.of(event).forEach(listener::on);
    if (event instanceof RunEvent.Attached attached) {
      return attached(attached.view());
    } else if (event instanceof RunEvent.RunFinished finished) {
      return finish(finished.summary());
    } else if (event instanceof RunEvent.CheckpointDone done) {
      counted = done.version();
    } else if (event instanceof RunEvent.RunPaused paused) {
      return paused(paused);
    }
    return null;
  }

  /**
   * The first one is of before the run was told to go on. A later one tells of a pause that a
   * coordinator journalled, but died before it could say so.
   */
  private @Nullable RunEnd attached(RunView view) {
    boolean isNews = isAttached && view.status() == RunStatus.PAUSED;
    isAttached = true;
    return isNews
        ? paused(new RunEvent.RunPaused(view.run(), view.counted().version(), view.reason()))
        : null;
  }

  /** Paused by this process's stop, which left a checkpoint, or for a reason that must be told. */
  private RunEnd paused(RunEvent.RunPaused paused) {
    boolean isStop = stopping && paused.reason().equals(STOP);
    files.status(isStop ? "stopped" : "paused", isStop ? "" : paused.reason());
    return isStop
        ? new RunEnd.Stopped(files.step(), paused.version())
        : new RunEnd.Paused(paused.version(), paused.reason());
  }

  /**
   * Long silence is a long step, a coordinator that began again and knows no subscribers, or a
   * store that fails: then the run cannot even journal a pause, and this process must say so and
   * end.
   */
  private void onSilence() {
    node.storeProblem()
        .ifPresent(
            why -> {
              throw UserProblem.failure(
                  "the run cannot go on: its store "
                      + place.store()
                      + " failed ("
                      + why
                      + "); no counted checkpoint is lost. Mend it (is the disk full?), then:"
                      + " winnow resume "
                      + place.folder().path());
            });
    client.attach();
  }

  private RunEnd finish(RunSummary summary) {
    RunView view = client.view();
    boolean hasHeads = summary.heads().stream().anyMatch(h -> h.kept());
    Path adapter = hasHeads ? place.folder().adapter() : null;
    if (hasHeads) {
      StoredRun.read(node, view).export(adapter, PeftProfile.PORTABLE);
    }
    boolean lastIsBest =
        view.best().equals(CheckpointId.START) || view.best().equals(view.counted());
    if (hasHeads && !lastIsBest) {
      StoredRun.best(node, view).export(place.folder().bestAdapter(), PeftProfile.PORTABLE);
    }
    files.results(summary, view.attempt());
    files.status("finished", "");
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    return new RunEnd.Finished(translation.results(summary, seconds, adapter));
  }

  @Override
  public void stop() {
    stopping = true;
    client
        .pause(STOP)
        .whenComplete(
            (view, failure) -> {
              if (failure != null) {
                events.add(pausedAt(counted, "it did not stop in time: " + failure.getMessage()));
              } else if (view.status() == RunStatus.FINISHED) {
                return; // its RunFinished is on the way
              } else {
                events.add(pausedAt(view.counted().version(), view.reason()));
              }
            });
  }

  private RunEvent pausedAt(long version, String reason) {
    return new RunEvent.RunPaused(new RunId(place.runId()), version, reason);
  }
}
