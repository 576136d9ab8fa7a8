package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import io.winnow.protocol.StepLoopMessage;

/** What a coordinator tells its step loop. */
sealed interface StepLoopCommand extends StepLoopMessage, NoSerializationVerificationNeeded {
  /** The checkpoint's name is journalled: have the layers save it. */
  record MaySave(long version) implements StepLoopCommand {}

  /** The checkpoint counts. */
  record Counted(long version) implements StepLoopCommand {}

  /** Checkpoint as soon as there is something that no checkpoint has. */
  record Checkpoint() implements StepLoopCommand {}

  /** Stop after a checkpoint of the last applied step. */
  record Drain(String reason) implements StepLoopCommand {}

  /** Change a setting before the next step that is not assigned yet. */
  record Change(SettingChange change) implements StepLoopCommand {}

  /** The change is journalled and holds from this step on. */
  record ChangeJournalled(long step, SettingChange change) implements StepLoopCommand {}
}
