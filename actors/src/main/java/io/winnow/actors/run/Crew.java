package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.StepLoopMessage;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The workers of an attempt: prepares those that come, refuses those that do not fit, and gives the
 * idle ones micro-batches of the {@link Board}s that are up, earlier boards first, and what is late
 * when nothing else is left. Confined to the step loop.
 */
final class Crew {
  /** Failed sweeps in a row, over all workers, after which the run pauses itself. */
  private static final int MAX_FAILED_SWEEPS = 6;

  /** Said to the step loop when a sweep may be late: {@link #look}. */
  enum Look implements StepLoopMessage, NoSerializationVerificationNeeded {
    FOR_LATE_SWEEPS
  }

  /** What a worker has, and since when. */
  private record Holding(
      ActorRef<WorkerMessage> worker, Board board, int microBatch, long sinceNanos) {}

  private final LoopContext loop;
  private final WorkerPool workers = new WorkerPool();
  private @Nullable Fingerprints fingerprints;
  private final List<Board> boards = new ArrayList<>();
  private final Map<ActorRef<WorkerMessage>, Holding> holdings = new LinkedHashMap<>();
  private final Lateness lateness;
  private final Set<ActorRef<WorkerMessage>> outrun = new HashSet<>();
  private final Set<ActorRef<WorkerMessage>> slow = new HashSet<>();
  private long decided;
  private boolean isLooking;
  private List<String> layers = List.of();
  private int failedSweeps;
  private String lastRefusal = "";

  Crew(LoopContext loop) {
    this.loop = loop;
    this.fingerprints = loop.attempt().fingerprints();
    this.lateness = new Lateness(loop.plan().config().workers().straggler());
    this.decided = loop.attempt().progress().version();
  }

  // ------------------------------------------------------------------ the boards

  /** Puts up a board, after those that are up; workers fetch the parameters of these layers. */
  void work(Board work, List<String> liveLayers) {
    boards.add(work);
    layers = liveLayers;
    assign();
  }

  /** Takes a board down: what is still swept for it comes to nothing, and is given up. */
  void rest(Board done) {
    boards.remove(done);
    giveUp(holding -> holding.board == done);
  }

  /**
   * The version that all layers hold or are about to: sweeps given out from now on wait for it. The
   * wait is short, since nothing but the layers' own steps is in the way, and the parameters are a
   * step younger.
   */
  void decided(long version) {
    decided = version;
  }

  /**
   * Gives every idle worker the late micro-batch that the first step waits for, the first one that
   * nobody has, or any that is late.
   */
  void assign() {
    for (ActorRef<WorkerMessage> worker : workers.idle()) {
      if (!assignUrgent(worker) && !assignPending(worker) && !assignLate(worker, all -> true)) {
        lookAgain();
        return;
      }
    }
  }

  private boolean assignPending(ActorRef<WorkerMessage> worker) {
    for (Board board : inOrderFor(worker)) {
      OptionalInt microBatch = board.take(worker);
      if (microBatch.isPresent()) {
        give(worker, board, microBatch.getAsInt());
        return true;
      }
    }
    return false;
  }

  /**
   * Earlier steps first, since all others wait for them. Who is slow begins at the other end, with
   * what is needed last: else every step would wait for it, and the parameters grow old meanwhile.
   */
  private List<Board> inOrderFor(ActorRef<WorkerMessage> worker) {
    List<Board> order = new ArrayList<>(boards);
    if (isSlow(worker)) {
      Collections.reverse(order);
    }
    return order;
  }

  private boolean isSlow(ActorRef<WorkerMessage> worker) {
    return slow.contains(worker) || outrun.contains(worker);
  }

  /**
   * Where later steps are open, there is always other work; but while the first step waits for a
   * late sweep, none of them is applied, and what is computed for them grows old.
   */
  private boolean assignUrgent(ActorRef<WorkerMessage> worker) {
    boolean waits = boards.size() > 1 && !boards.get(0).hasPending();
    return waits
        && !isSlow(worker)
        && assignLate(worker, holding -> holding.board == boards.get(0));
  }

  /** The first result of the two will count; more than two workers never have the same. */
  private boolean assignLate(ActorRef<WorkerMessage> worker, Predicate<Holding> ofWhich) {
    Optional<Holding> late =
        sole()
            .filter(ofWhich)
            .filter(holding -> wait(holding).orElse(Long.MAX_VALUE) <= 0)
            .findFirst();
    late.ifPresent(
        holding -> {
          holding.board.share(holding.microBatch, worker);
          give(worker, holding.board, holding.microBatch);
          loop.actor()
              .getLog()
              .info(
                  "run={} event=sweep-late step={} micro-batch={} also-to={}",
                  loop.run(),
                  holding.board.step(),
                  holding.microBatch,
                  worker);
        });
    return late.isPresent();
  }

  /** What one worker alone has, longest held first, as holdings are in the order of giving. */
  private Stream<Holding> sole() {
    return holdings.values().stream()
        .filter(holding -> holding.board.hasOneHolder(holding.microBatch));
  }

  /**
   * Nanoseconds until it is late; empty where it never is. Who was outrun and has finished nothing
   * since may still be at that: nobody waits for it.
   */
  private OptionalLong wait(Holding holding) {
    OptionalLong deadline = lateness.deadline(holding.board.kind());
    if (deadline.isEmpty()) {
      return deadline;
    }
    long allowed = outrun.contains(holding.worker) ? 0 : deadline.getAsLong();
    return OptionalLong.of(holding.sinceNanos + allowed - System.nanoTime());
  }

  /** Somebody is idle: looks again when the first micro-batch becomes late. */
  private void lookAgain() {
    if (isLooking) {
      return;
    }
    OptionalLong wait = sole().map(this::wait).flatMapToLong(OptionalLong::stream).min();
    if (wait.isPresent()) {
      isLooking = true;
      Duration delay = Duration.ofNanos(Math.max(1_000_000L, wait.getAsLong()));
      loop.actor().scheduleOnce(delay, loop.self(), Look.FOR_LATE_SWEEPS);
    }
  }

  /** The time has come that {@link Look} was for. */
  void look() {
    isLooking = false;
    assign();
  }

  private void give(ActorRef<WorkerMessage> worker, Board board, int microBatch) {
    workers.busy(worker);
    holdings.put(worker, new Holding(worker, board, microBatch, System.nanoTime()));
    worker.tell(order(board, microBatch));
  }

  private WorkerCommand.Assign order(Board board, int microBatch) {
    return new WorkerCommand.Assign(
        loop.run(),
        loop.number(),
        board.kind(),
        board.step(),
        Math.max(decided, board.oldest()),
        microBatch,
        board.size(),
        layers,
        board.normaliser(),
        board.batch(microBatch),
        loop.self());
  }

  /** A sweep of this worker succeeded: unless it was given another meanwhile, it is idle. */
  void free(ActorRef<WorkerMessage> worker, WorkerCommand.Kind kind, long step, int microBatch) {
    failedSweeps = 0;
    Holding holding = holdings.get(worker);
    boolean isThis =
        holding != null && holding.board.isOf(kind, step) && holding.microBatch == microBatch;
    outrun.remove(worker);
    if (isThis) {
      sawPace(worker, kind, System.nanoTime() - holding.sinceNanos);
      holdings.remove(worker).board.release(worker);
    }
    if (isThis || holding == null) {
      workers.idle(worker);
    }
  }

  private void sawPace(ActorRef<WorkerMessage> worker, WorkerCommand.Kind kind, long nanos) {
    if (lateness.isSlow(kind, nanos)) {
      slow.add(worker);
    } else {
      slow.remove(worker);
    }
    lateness.took(kind, nanos);
  }

  /** Its first result came in: who else sweeps it gives up, and has time for something else. */
  void finished(Board board, int microBatch) {
    outrun.addAll(giveUp(holding -> holding.board == board && holding.microBatch == microBatch));
  }

  private List<ActorRef<WorkerMessage>> giveUp(Predicate<Holding> isUnneeded) {
    List<ActorRef<WorkerMessage>> workersOfIt = new ArrayList<>();
    for (ActorRef<WorkerMessage> worker : List.copyOf(holdings.keySet())) {
      Holding holding = holdings.get(worker);
      if (isUnneeded.test(holding)) {
        workersOfIt.add(worker);
        release(worker);
        workers.idle(worker);
        worker.tell(
            new WorkerCommand.Cancel(
                loop.run(),
                loop.number(),
                holding.board.kind(),
                holding.board.step(),
                holding.microBatch));
      }
    }
    return workersOfIt;
  }

  private void release(ActorRef<WorkerMessage> worker) {
    Holding holding = holdings.remove(worker);
    if (holding != null) {
      holding.board.release(worker);
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
    outrun.remove(worker);
    slow.remove(worker);
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
    holdings
        .values()
        .forEach(holding -> holding.worker.tell(order(holding.board, holding.microBatch)));
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
