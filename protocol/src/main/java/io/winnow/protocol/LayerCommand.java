package io.winnow.protocol;

import akka.actor.typed.ActorRef;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.StepDecision;
import java.util.List;

/**
 * What a layer is told. Every command is idempotent: said twice, it is answered twice and done
 * once. A command of a lower attempt than the layer's is dropped.
 */
public sealed interface LayerCommand extends LayerMessage {
  /** The run this layer belongs to. */
  RunId run();

  /** The attempt that says it. */
  long attempt();

  /**
   * Drop what you hold and hold this checkpoint instead ({@link CheckpointId#START} = draw it anew
   * from the plan, but for the values in {@code initial}: all tensors, and the heads of an adapter
   * that the run begins with). Answered by {@link LayerReply.Restored}.
   */
  record Restore(
      RunId run, long attempt, LayerPlan plan, CheckpointId from, LayerParameters initial)
      implements LayerCommand, Wire {}

  /**
   * Send {@link WorkerCommand.Parameters} of exactly this version; parked until the layer has it.
   */
  record Fetch(RunId run, long attempt, long version, ActorRef<WorkerMessage> replyTo)
      implements LayerCommand, Wire {}

  /**
   * One micro-batch's gradient for step {@code step}, which has {@code microBatches} of them. When
   * all are in, the layer answers the coordinator with {@link LayerReply.LayerReady}.
   */
  record Gradient(
      RunId run, long attempt, long step, int microBatch, int microBatches, LayerGradient gradient)
      implements LayerCommand, TensorWire {}

  /** Which micro-batches of this step do you lack, or are you ready, or past it? */
  record Query(RunId run, long attempt, long step, int microBatches)
      implements LayerCommand, Wire {}

  /** Do the decided step; the version becomes {@code decision.step()}. */
  record Apply(RunId run, long attempt, StepDecision decision) implements LayerCommand, Wire {}

  /** Store this version, which is the one you hold. Answered by {@link LayerReply.Saved}. */
  record Save(RunId run, long attempt, long version) implements LayerCommand, Wire {}

  /** Delete these from the store: no counted checkpoint needs them any more. */
  record Forget(RunId run, long attempt, List<CheckpointId> checkpoints)
      implements LayerCommand, Wire {
    public Forget {
      checkpoints = List.copyOf(checkpoints);
    }
  }

  /** The attempt is over: hold nothing any more, and hand nothing off. Not answered. */
  record Release(RunId run, long attempt) implements LayerCommand, Wire {}
}
