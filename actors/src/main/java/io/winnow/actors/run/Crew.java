package io.winnow.actors.run;

import akka.actor.typed.ActorRef;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers of an attempt: prepares those that come, refuses those that do not fit, and gives the
 * idle ones micro-batches of the {@link Board} that is up. Confined to the step loop.
 */
final class Crew {
  /** Failed sweeps in a row, over all workers, after which the run pauses itself. */
  private static final int MAX_FAILED_SWEEPS = 6;

  private final LoopContext loop;
  private final WorkerPool workers = new WorkerPool();
  private @Nullable Fingerprints fingerprints;
  private @Nullable Board board;
  private List<String> layers = List.of();
  private int failedSweeps;
  private String lastRefusal = "";

  Crew(LoopContext loop) {
    this.loop = loop;
    this.fingerprints = loop.attempt().fingerprints();
  }

  // ------------------------------------------------------------------ the board

  /** Puts up a board; workers fetch the parameters of these layers. */
  void work(Board work, List<String> liveLayers) {
    board = work;
    layers = liveLayers;
    assign();
  }

  /** Takes the board down: what is still swept for it comes to nothing. */
  void rest() {
    board = null;
  }

  /** The board that is up, or null. */
  @Nullable Board board() {
    return board;
  }

  /** The board that is up, if it is of this kind and step. */
  Optional<Board> board(WorkerCommand.Kind kind, long step) {
    return Optional.ofNullable(board).filter(b -> b.isOf(kind, step));
  }

  /** Gives every idle worker a micro-batch that nobody has. */
  void assign() {
    if (board == null) {
      return;
    }
    for (ActorRef<WorkerMessage> worker : workers.idle()) {
      OptionalInt microBatch = board.take(worker);
      if (microBatch.isEmpty()) {
        return;
      }
      workers.busy(worker);
      worker.tell(order(microBatch.getAsInt()));
    }
  }

  private WorkerCommand.Assign order(int microBatch) {
    return new WorkerCommand.Assign(
        loop.run(),
        loop.number(),
        board.kind(),
        board.step(),
        microBatch,
        board.size(),
        layers,
        board.normaliser(),
        board.batch(microBatch),
        loop.self());
  }

  /** A sweep of this worker succeeded: it has nothing to do now. */
  void free(ActorRef<WorkerMessage> worker) {
    failedSweeps = 0;
    release(worker);
    workers.idle(worker);
  }

  private void release(ActorRef<WorkerMessage> worker) {
    if (board != null) {
      board.release(worker);
    }
  }

  // ------------------------------------------------------------------ who comes and goes

  /** Who is registered now: the new ones are prepared, those that are gone are lost. */
  void listed(Set<ActorRef<WorkerMessage>> registered) {
    for (ActorRef<WorkerMessage> worker : workers.listed(registered)) {
      loop.actor().watch(worker);
      prepare(worker);
    }
    workers.lost(registered).forEach(this::lose);
  }

  private void prepare(ActorRef<WorkerMessage> worker) {
    worker.tell(
        new WorkerCommand.Prepare(loop.run(), loop.number(), loop.plan().sweep(), loop.self()));
  }

  /** A worker is prepared; false if that is no news. */
  boolean prepared(SweepReply.Prepared prepared) {
    if (!workers.isPreparing(prepared.worker())) {
      return false;
    }
    Fingerprints found =
        new Fingerprints(prepared.base(), prepared.numerics(), loop.plan().dataFingerprint());
    String mismatch = mismatch(found);
    if (mismatch.isEmpty()) {
      workers.idle(prepared.worker());
      assign();
    } else {
      refused(prepared.worker(), mismatch);
    }
    return true;
  }

  /** The first worker with the planned base is what all others are compared with. */
  private String mismatch(Fingerprints found) {
    String base = loop.plan().sweep().base();
    if (fingerprints == null && (base.isEmpty() || base.equals(found.base()))) {
      fingerprints = found;
      loop.report(new StepLoopReport.FingerprintsSeen(loop.number(), found));
    }
    boolean strict = loop.plan().config().workers().determinism();
    return fingerprints == null
        ? FingerprintCheck.mismatch(new Fingerprints(base, "", found.data()), found, false)
        : FingerprintCheck.mismatch(fingerprints, found, strict);
  }

  /** A worker cannot serve this run. */
  void refused(ActorRef<WorkerMessage> worker, String reason) {
    workers.refused(worker);
    lastRefusal = reason;
    loop.actor()
        .getLog()
        .warn("run={} event=worker-refused worker={} reason={}", loop.run(), worker, reason);
    String node = worker.path().address().getHost().map(host -> " of " + host).orElse("");
    loop.tell(
        new RunEvent.WorkerNote(
            loop.run(), "worker " + worker.path().name() + node + ": " + reason));
  }

  /** Why the last worker was refused, where there are workers and all were. */
  Optional<String> whyNobodyFits() {
    return workers.allRefused() ? Optional.of(lastRefusal) : Optional.empty();
  }

  /** A worker died. */
  void terminated(ActorRef<Void> gone) {
    workers.all().stream().filter(gone::equals).findFirst().ifPresent(this::lose);
  }

  private void lose(ActorRef<WorkerMessage> worker) {
    workers.remove(worker);
    loop.actor().unwatch(worker);
    loop.actor().getLog().warn("run={} event=worker-lost worker={}", loop.run(), worker);
    release(worker);
    assign();
  }

  // ------------------------------------------------------------------ what goes wrong

  /** A sweep failed; why the run should pause, once too many did in a row. */
  Optional<String> failed(SweepReply.Failed failed) {
    release(failed.worker());
    workers.preparing(failed.worker());
    failedSweeps++;
    loop.actor()
        .getLog()
        .warn(
            "run={} event=sweep-failed step={} micro-batch={} reason={}",
            loop.run(),
            failed.step(),
            failed.microBatch(),
            failed.reason());
    if (failedSweeps >= MAX_FAILED_SWEEPS) {
      return Optional.of(
          String.format(
              "%d sweeps in a row failed, the last at step %d: %s",
              failedSweeps, failed.step(), failed.reason()));
    }
    prepare(failed.worker()); // it may have been restarted, and know nothing
    assign();
    return Optional.empty();
  }

  /** Says all orders again: who waits for parameters fetches them again, who computes goes on. */
  void remind() {
    if (board != null) {
      board.assigned().forEach((worker, microBatch) -> worker.tell(order(microBatch)));
    }
  }

  /** Silent workers lose their micro-batches, and get work again when they say they are there. */
  void doubtTheSilent() {
    for (ActorRef<WorkerMessage> silent : workers.busy()) {
      release(silent);
      workers.preparing(silent);
    }
    workers.preparing().forEach(this::prepare);
    assign();
  }

  /** The attempt ends. */
  void dismiss() {
    for (ActorRef<WorkerMessage> worker : workers.all()) {
      worker.tell(new WorkerCommand.Release(loop.run(), loop.number()));
    }
  }
}
