package io.winnow.protocol;

import akka.actor.typed.ActorRef;
import akka.pattern.StatusReply;

/** What people and other actors tell a run. */
public sealed interface CoordinatorCommand extends CoordinatorMessage, Wire {
  /**
   * Create the run, or find that it exists.
   *
   * @param config resolved run.conf, as text
   */
  record Submit(RunId run, String config, ActorRef<StatusReply<RunView>> replyTo)
      implements CoordinatorCommand {}

  /** Run, unless finished or paused. Idempotent: sent at start and from time to time. */
  record EnsureRunning(RunId run) implements CoordinatorCommand {}

  /**
   * There is no room yet. Sent when it is asked for, when the place changes and from time to time.
   *
   * @param place in the queue; 1 = the next one to run
   * @param length runs that wait
   */
  record Queued(RunId run, int place, int length) implements CoordinatorCommand {}

  /** Go on after a pause; a no-op while running. */
  record Resume(RunId run, ActorRef<StatusReply<RunView>> replyTo) implements CoordinatorCommand {}

  /**
   * Go on with another configuration from the next attempt on, as far as {@link
   * io.winnow.model.config.ResumeRules} let it. Only while the run stands still.
   *
   * @param config resolved run.conf, as text
   */
  record Reconfigure(RunId run, String config, ActorRef<StatusReply<RunView>> replyTo)
      implements CoordinatorCommand {}

  /** Finish the step in flight, checkpoint, and stop there. Answered when that is done. */
  record Pause(RunId run, String reason, ActorRef<StatusReply<RunView>> replyTo)
      implements CoordinatorCommand {}

  /**
   * Change one setting from the next step on, for example {@code optimizer.lr} to {@code 1e-4}.
   * Answered when it is journalled, which is before it holds.
   */
  record Set(RunId run, String path, String value, ActorRef<StatusReply<RunView>> replyTo)
      implements CoordinatorCommand {}

  /** Make a checkpoint after the step in flight. Answered at once; CheckpointDone tells the end. */
  record Checkpoint(RunId run, ActorRef<StatusReply<RunView>> replyTo)
      implements CoordinatorCommand {}

  /**
   * Tell me what happens from now on. {@link RunEvent.Attached} is the answer, also where it was
   * asked before; a new subscriber is then told how the attempt under way began, or how the run
   * ended.
   */
  record Attach(RunId run, ActorRef<RunEvent> subscriber) implements CoordinatorCommand {}

  /** How is the run? Of a run that nobody knows, the status is UNKNOWN. */
  record GetRun(RunId run, ActorRef<StatusReply<RunView>> replyTo) implements CoordinatorCommand {}

  /** How far is the run? */
  record GetStanding(RunId run, ActorRef<StatusReply<RunStanding>> replyTo)
      implements CoordinatorCommand {}

  /** Forget the run: its checkpoints are deleted, its name is free again. */
  record Remove(RunId run, ActorRef<StatusReply<RunView>> replyTo) implements CoordinatorCommand {}
}
