package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunSummary;
import java.util.List;

/** What the step loop tells its coordinator, which is its parent on the same node. */
sealed interface StepLoopReport extends CoordinatorMessage, NoSerializationVerificationNeeded {
  /** The attempt whose loop speaks; what an ended attempt says is dropped. */
  long attempt();

  /** Layers are about to save this version: journal its name, so that it can be deleted. */
  record WantsCheckpoint(long attempt, long version) implements StepLoopReport {}

  /** All layers saved this version: count it. Rows are those since the last counted one. */
  record CheckpointWhole(long attempt, Progress progress, List<MetricsRow> rows, long bytes)
      implements StepLoopReport {}

  /** The first worker is prepared: this is what the run begins with. */
  record FingerprintsSeen(long attempt, Fingerprints fingerprints) implements StepLoopReport {}

  /** A setting is to change before this step is assigned. */
  record WantsSetting(long attempt, long step, SettingChange change) implements StepLoopReport {}

  /** The attempt cannot go on; another one can. */
  record AttemptLost(long attempt, String reason) implements StepLoopReport {}

  /** Stopped as asked, with everything up to this version counted. */
  record Drained(long attempt, long version, String reason) implements StepLoopReport {}

  /** The run must stand still: what is wrong does not go away by itself. */
  record MustPause(long attempt, String reason) implements StepLoopReport {}

  /** The last step is counted. */
  record Completed(long attempt, RunSummary summary) implements StepLoopReport {}

  /**
   * How the attempt stands before its next step, for those who ask; told when it changed.
   *
   * @param dropped messages that came doubled, late or of a lower attempt
   */
  record Tally(long attempt, int kept, long parameters, long dropped) implements StepLoopReport {}

  /** For those who watch. */
  record Happened(long attempt, RunEvent event) implements StepLoopReport {}
}
