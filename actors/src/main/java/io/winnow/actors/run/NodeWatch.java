package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Subscribe;
import io.winnow.protocol.StepLoopMessage;
import java.time.Duration;

/**
 * Notices that a node is gone, or is heard again after a silence: what was said to it, or by it,
 * may be lost, and nobody else would say so before the step deadline. The loop is then told to ask
 * for what is owed, soon, and again after pauses that double until a step is through, because
 * layers take a while to find a new place. Confined to the step loop.
 */
final class NodeWatch {
  /** Sharding has to hear of it as well before messages go where layers are now. */
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  /**
   * A node came back or went.
   *
   * @param wasSilent it is heard again: what its workers were told, and said, may be lost as well
   */
  record Changed(boolean wasSilent) implements StepLoopMessage, NoSerializationVerificationNeeded {}

  /**
   * It is time to ask for what is owed.
   *
   * @param version at which the loop was when the node changed
   * @param ofWorkersToo not only of layers
   */
  record Due(long version, boolean ofWorkersToo, Duration pause)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  private final TimerScheduler<StepLoopMessage> timers;
  private final Duration longest;

  /**
   * Watches for as long as the loop lives.
   *
   * @param longest the pause from which on the loop's own deadline does the same
   */
  NodeWatch(LoopContext loop, TimerScheduler<StepLoopMessage> timers, Duration longest) {
    this.timers = timers;
    this.longest = longest;
    var subscriptions = Cluster.get(loop.actor().getSystem()).subscriptions();
    subscriptions.tell(
        Subscribe.create(
            loop.actor()
                .messageAdapter(ClusterEvent.MemberRemoved.class, gone -> new Changed(false)),
            ClusterEvent.MemberRemoved.class));
    subscriptions.tell(
        Subscribe.create(
            loop.actor()
                .messageAdapter(ClusterEvent.ReachableMember.class, back -> new Changed(true)),
            ClusterEvent.ReachableMember.class));
  }

  /** Asks soon; of several nodes that change at once, once for all. */
  void changed(Changed changed, long version) {
    if (changed.wasSilent || !timers.isTimerActive(Due.class)) {
      later(new Due(version, changed.wasSilent, FIRST_PAUSE));
    }
  }

  /** The loop asked at this version: it asks again, if that is still the one that it was at. */
  void asked(Due due, long version) {
    Duration next = due.pause.multipliedBy(2);
    if (version == due.version && next.compareTo(longest) < 0) {
      later(new Due(version, due.ofWorkersToo, next));
    }
  }

  private void later(Due due) {
    timers.startSingleTimer(Due.class, due, due.pause);
  }
}
