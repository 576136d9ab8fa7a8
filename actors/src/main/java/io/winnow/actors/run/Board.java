package io.winnow.actors.run;

import akka.actor.typed.ActorRef;
import io.winnow.model.task.Batch;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The micro-batches of one step or evaluation, and who has which. A micro-batch is done when its
 * first result comes in; later ones change nothing. Confined to the step loop.
 */
final class Board {
  private final WorkerCommand.Kind kind;
  private final long step;
  private final long oldest;
  private final List<Batch> batches;
  private final Deque<Integer> pending = new ArrayDeque<>();
  private final Map<ActorRef<WorkerMessage>, Integer> assigned = new HashMap<>();
  private final int[] holders;
  private final boolean[] done;
  private final double normaliser;
  private int left;
  private final double[] losses;
  private final float[][] outputs;
  private final SweepCost[] costs;

  /**
   * @param oldest version of parameters that its sweeps may compute on
   */
  Board(WorkerCommand.Kind kind, long step, long oldest, List<Batch> batches) {
    this.kind = kind;
    this.step = step;
    this.oldest = oldest;
    this.batches = batches;
    this.holders = new int[batches.size()];
    this.done = new boolean[batches.size()];
    this.left = batches.size();
    this.normaliser = Math.max(1, batches.stream().mapToInt(b -> b.targets().count()).sum());
    this.losses = new double[batches.size()];
    this.outputs = new float[batches.size()][];
    this.costs = new SweepCost[batches.size()];
    Arrays.fill(costs, SweepCost.ZERO);
    IntStream.range(0, batches.size()).forEach(pending::addLast);
  }

  boolean isOf(WorkerCommand.Kind otherKind, long otherStep) {
    return kind == otherKind && step == otherStep;
  }

  WorkerCommand.Kind kind() {
    return kind;
  }

  long step() {
    return step;
  }

  /** The oldest version of parameters that its sweeps may compute on. */
  long oldest() {
    return oldest;
  }

  int size() {
    return batches.size();
  }

  Batch batch(int microBatch) {
    return batches.get(microBatch);
  }

  /** Targets of the whole step; 1 where examples that were cut left none, and the loss is 0. */
  double normaliser() {
    return normaliser;
  }

  /** Takes the next micro-batch for a worker. */
  OptionalInt take(ActorRef<WorkerMessage> worker) {
    while (!pending.isEmpty()) {
      int next = pending.removeFirst();
      if (!done[next]) {
        share(next, worker);
        return OptionalInt.of(next);
      }
    }
    return OptionalInt.empty();
  }

  /** Whether there is something to take. */
  boolean hasPending() {
    return !pending.isEmpty();
  }

  /** A result came in; false if that micro-batch was done already. */
  boolean finish(int microBatch, double loss, SweepCost cost) {
    if (done[microBatch]) {
      return false;
    }
    done[microBatch] = true;
    left--;
    losses[microBatch] = loss;
    costs[microBatch] = cost;
    return true;
  }

  /** An evaluation's result came in. */
  boolean finish(int microBatch, double loss, float[] found) {
    boolean isFirst = finish(microBatch, loss, SweepCost.ZERO);
    if (isFirst) {
      outputs[microBatch] = found;
    }
    return isFirst;
  }

  /** The worker no longer has its micro-batch: it finished, failed, fell silent or died. */
  void release(ActorRef<WorkerMessage> worker) {
    Integer microBatch = assigned.remove(worker);
    if (microBatch == null) {
      return;
    }
    holders[microBatch]--;
    boolean isLeft = !done[microBatch] && holders[microBatch] == 0;
    if (isLeft && !pending.contains(microBatch)) {
      pending.addFirst(microBatch);
    }
  }

  /** Gives a micro-batch to a worker that has none, be it another's too or not. */
  void share(int microBatch, ActorRef<WorkerMessage> worker) {
    assigned.put(worker, microBatch);
    holders[microBatch]++;
  }

  /** Whether it is not done, and one worker has it. */
  boolean hasOneHolder(int microBatch) {
    return !done[microBatch] && holders[microBatch] == 1;
  }

  /** These micro-batches count as done, but a layer lacks their gradient: do them again. */
  void redo(List<Integer> microBatches) {
    for (int microBatch : microBatches) {
      if (done[microBatch]) {
        done[microBatch] = false;
        left++;
        pending.addLast(microBatch);
      }
    }
  }

  boolean isDone() {
    return left == 0;
  }

  /** Sum of the micro-batches' losses, in micro-batch order. */
  double loss() {
    double sum = 0;
    for (double loss : losses) {
      sum += loss;
    }
    return sum;
  }

  List<float[]> outputs() {
    return Arrays.asList(outputs);
  }

  /** What the step cost; a micro-batch that was done again counts once. */
  SweepCost cost() {
    return Arrays.stream(costs).reduce(SweepCost.ZERO, SweepCost::plus);
  }
}
