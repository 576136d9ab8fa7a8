package io.winnow.actors.node;

import akka.actor.testkit.typed.javadsl.TestProbe;
import io.winnow.actors.client.RunClient;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A run as a test follows it: its events so far, and waiting for the next of a kind. */
final class FollowedRun {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final TestNode node;
  private final RunId id;
  private final TestProbe<RunEvent> probe;
  private final List<RunEvent> seen = new ArrayList<>();

  FollowedRun(TestNode node, RunId id) {
    this.node = node;
    this.id = id;
    this.probe = TestProbe.create(RunEvent.class, node.node.system());
    attach();
    await(RunEvent.Attached.class, attached -> true);
  }

  /** Says it again, to a coordinator that was started elsewhere and knows no followers. */
  void attach() {
    node.node.post().toCoordinator(id, new CoordinatorCommand.Attach(id, probe.getRef()));
  }

  RunId id() {
    return id;
  }

  RunClient client() {
    return new RunClient(node.node, id);
  }

  /** Waits for the next event of a kind that fits; a pause that was not waited for is an error. */
  <E extends RunEvent> E await(Class<E> kind, Predicate<E> fits) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (System.nanoTime() < deadline) {
      RunEvent event = probe.receiveMessage(DEADLINE);
      seen.add(event);
      if (kind.isInstance(event) && fits.test(kind.cast(event))) {
        return kind.cast(event);
      }
      if (event instanceof RunEvent.RunPaused || event instanceof RunEvent.RunFinished) {
        throw new AssertionError("waited for " + kind.getSimpleName() + ", but " + event);
      }
    }
    throw new AssertionError("waited for " + kind.getSimpleName() + " in vain");
  }

  /** Waits until this step is done, or a later one where the run is ahead of its follower. */
  void awaitStep(long step) {
    await(RunEvent.StepDone.class, done -> done.row().step() >= step);
  }

  RunEvent.RunFinished awaitFinished() {
    return await(RunEvent.RunFinished.class, finished -> true);
  }

  RunEvent.RunPaused awaitPaused() {
    return await(RunEvent.RunPaused.class, paused -> true);
  }

  /** Attempts that began while the run was followed. */
  List<RunEvent.AttemptBegan> attempts() {
    return seen(RunEvent.AttemptBegan.class);
  }

  <E extends RunEvent> List<E> seen(Class<E> kind) {
    return seen.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Numbers of the steps in the journalled rows. */
  List<Long> countedSteps() {
    return client().countedRows().stream()
        .filter(row -> row.kind() == MetricsRow.Kind.STEP)
        .map(MetricsRow::step)
        .toList();
  }

  /** What the journalled rows say, without time and bytes on the wire. */
  List<MetricsRow> countedRows() {
    return client().countedRows().stream().map(FollowedRun::timeless).toList();
  }

  private static MetricsRow timeless(MetricsRow r) {
    return new MetricsRow(
        r.kind(),
        r.step(),
        r.loss(),
        r.lr(),
        r.omegaLr(),
        r.gradNorm(),
        r.tokens(),
        0,
        r.kept(),
        r.skipped(),
        r.metrics(),
        0,
        r.heads());
  }
}
