package io.winnow.actors.run;

import akka.actor.typed.javadsl.TimerScheduler;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.StepLoopMessage;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a store that is away: asks again after a pause that doubles, and tells those who watch
 * the run once when it went and once when it is back. Confined to the step loop.
 */
final class StoreWait {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  private final LoopContext loop;
  private final TimerScheduler<StepLoopMessage> timers;
  private final StepLoopMessage again;
  private Duration pause = FIRST_PAUSE;
  private @Nullable Long goneNanos;

  /**
   * A store that is there.
   *
   * @param again what the loop is sent when it is time to ask again
   */
  StoreWait(LoopContext loop, TimerScheduler<StepLoopMessage> timers, StepLoopMessage again) {
    this.loop = loop;
    this.timers = timers;
    this.again = again;
  }

  /** A layer found it away. Many layers find it at once: one timer is for all. */
  void away(LayerReply.StoreFailed failed) {
    if (goneNanos == null) {
      goneNanos = System.nanoTime();
      loop.tell(
          new RunEvent.WorkerNote(
              loop.run(),
              "the store does not answer (" + failed.reason() + "); the run waits for it"));
    }
    if (!timers.isTimerActive(again)) {
      loop.actor()
          .getLog()
          .warn(
              "run={} attempt={} event=store-away layer={} again-in-ms={} reason={}",
              loop.run(),
              loop.number(),
              failed.layer(),
              pause.toMillis(),
              failed.reason());
      timers.startSingleTimer(again, pause);
      Duration twice = pause.multipliedBy(2);
      pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }
  }

  /** A layer found it there. */
  void there() {
    if (goneNanos != null) {
      long seconds = Math.round((System.nanoTime() - goneNanos) / 1e9);
      loop.actor()
          .getLog()
          .info(
              "run={} attempt={} event=store-back seconds={}", loop.run(), loop.number(), seconds);
      loop.tell(
          new RunEvent.WorkerNote(loop.run(), "the store answers again, after " + seconds + " s"));
      goneNanos = null;
      pause = FIRST_PAUSE;
    }
  }
}
