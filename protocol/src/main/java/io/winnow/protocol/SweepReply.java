package io.winnow.protocol;

import akka.actor.typed.ActorRef;

/** What a worker answers the step loop that assigned it. */
public sealed interface SweepReply extends StepLoopMessage {
  /** The run that was swept for. */
  RunId run();

  /** The attempt that assigned it. */
  long attempt();

  /** The worker that speaks. */
  ActorRef<WorkerMessage> worker();

  /**
   * The base is loaded.
   *
   * @param base fingerprint of the frozen base
   * @param numerics fingerprint of the arithmetic (backend, BLAS core type and threads, kernels)
   */
  record Prepared(
      RunId run, long attempt, ActorRef<WorkerMessage> worker, String base, String numerics)
      implements SweepReply, Wire {}

  /** The worker cannot serve this run. */
  record Refused(RunId run, long attempt, ActorRef<WorkerMessage> worker, String reason)
      implements SweepReply, Wire {}

  /**
   * A training sweep is done; its gradients went to the layers.
   *
   * @param version the oldest version of parameters that it computed on
   */
  record Finished(
      RunId run,
      long attempt,
      ActorRef<WorkerMessage> worker,
      long step,
      int microBatch,
      long version,
      double loss,
      SweepCost cost)
      implements SweepReply, Wire {}

  /** An evaluation sweep is done; see {@link io.winnow.model.task.Evaluation}. */
  record Evaluated(
      RunId run,
      long attempt,
      ActorRef<WorkerMessage> worker,
      long step,
      int microBatch,
      double lossSum,
      float[] outputs)
      implements SweepReply, TensorWire {}

  /** The sweep failed: the worker is fine, the micro-batch is not done. */
  record Failed(
      RunId run,
      long attempt,
      ActorRef<WorkerMessage> worker,
      long step,
      int microBatch,
      String reason)
      implements SweepReply, Wire {}
}
