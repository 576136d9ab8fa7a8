package io.winnow.protocol;

import akka.actor.typed.ActorRef;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.task.Batch;
import java.util.List;

/** What a worker is told. */
public sealed interface WorkerCommand extends WorkerMessage {
  /** Load the base of this run (shared in a JVM) and stand by. Answered by {@code Prepared}. */
  record Prepare(RunId run, long attempt, SweepPlan plan, ActorRef<StepLoopMessage> replyTo)
      implements WorkerCommand, Wire {}

  /** What a sweep is for. */
  enum Kind {
    TRAIN,
    EVALUATE
  }

  /**
   * Sweep one micro-batch on the parameters of this version, or of a newer one where the layers
   * have gone on meanwhile. Without staleness it is version {@code step - 1} (train) or {@code
   * step} (evaluate), and none is newer while the sweep is of use.
   *
   * @param microBatches how many the step (or the evaluation) has
   * @param layers live layers, in layer order: what their parameters are fetched from
   * @param normaliser targets of the whole step: loss and gradients are divided by it
   */
  record Assign(
      RunId run,
      long attempt,
      Kind kind,
      long step,
      long version,
      int microBatch,
      int microBatches,
      List<String> layers,
      double normaliser,
      Batch batch,
      ActorRef<StepLoopMessage> replyTo)
      implements WorkerCommand, Wire {
    public Assign {
      layers = List.copyOf(layers);
    }
  }

  /** A layer's parameters at a version, as fetched. */
  record Parameters(RunId run, long attempt, long version, LayerParameters parameters)
      implements WorkerCommand, TensorWire {}

  /** Nobody needs this sweep any more: give it up without an answer, also while it computes. */
  record Cancel(RunId run, long attempt, Kind kind, long step, int microBatch)
      implements WorkerCommand, Wire {}

  /** The run needs you no longer: drop its work and free its buffers. */
  record Release(RunId run, long attempt) implements WorkerCommand, Wire {}
}
