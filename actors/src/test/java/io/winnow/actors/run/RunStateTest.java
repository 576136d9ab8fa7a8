package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.util.List;
import org.junit.jupiter.api.Test;

class RunStateTest {
  private static final CheckpointId FIRST = new CheckpointId(1, 7);
  private static final CheckpointId SECOND = new CheckpointId(1, 14);
  private static final CheckpointId THIRD = new CheckpointId(1, 21);

  private static RunState after(RunEventRecord... events) {
    RunState state = RunState.UNKNOWN;
    for (RunEventRecord event : events) {
      state = state.after(event);
    }
    return state;
  }

  private static RunState running(RunEventRecord... more) {
    RunState state = after(new RunEventRecord.Submitted("config"), taken(1, CheckpointId.START));
    for (RunEventRecord event : more) {
      state = state.after(event);
    }
    return state;
  }

  private static RunEventRecord taken(long attempt, CheckpointId from) {
    return new RunEventRecord.AttemptTaken(attempt, from, "why");
  }

  private static RunEventRecord named(CheckpointId id) {
    return new RunEventRecord.CheckpointNamed(id);
  }

  private static RunEventRecord counted(CheckpointId id, long bestVersion) {
    return new RunEventRecord.CheckpointCounted(
        id, SampleEvents.progress(id.version(), bestVersion), List.of());
  }

  @Test
  void everyEventHasAPlaceInEveryState() {
    for (RunEventRecord before : SampleEvents.ALL.values()) {
      for (RunEventRecord event : SampleEvents.ALL.values()) {
        assertThat(after(before, event)).isNotNull();
        assertThat(running(before, event)).isNotNull();
      }
    }
  }

  @Test
  void statusFollowsTheEvents() {
    assertThat(RunState.UNKNOWN.status()).isEqualTo(RunStatus.UNKNOWN);
    assertThat(running().status()).isEqualTo(RunStatus.RUNNING);
    RunState paused = running(new RunEventRecord.Paused(7, "why"));
    assertThat(paused.status()).isEqualTo(RunStatus.PAUSED);
    assertThat(paused.reason()).isEqualTo("why");
    RunState resumed = paused.after(new RunEventRecord.Resumed());
    assertThat(resumed.status()).isEqualTo(RunStatus.RUNNING);
    assertThat(resumed.reason()).isEmpty();
    RunState finished = running(SampleEvents.ALL.get(RunEventRecord.Finished.class));
    assertThat(finished.status()).isEqualTo(RunStatus.FINISHED);
    assertThat(finished.summary().steps()).isEqualTo(25);
    assertThat(running(new RunEventRecord.Removed()).status()).isEqualTo(RunStatus.REMOVED);
  }

  @Test
  void attemptsAreCountedSinceACheckpointOrAPersonsResume() {
    assertThat(running(taken(2, CheckpointId.START)).attemptsSinceCheckpoint()).isEqualTo(2);
    assertThat(running(named(FIRST), counted(FIRST, -1)).attemptsSinceCheckpoint()).isZero();
    assertThat(running(named(FIRST)).attemptsSinceCheckpoint()).isEqualTo(1);
    assertThat(running(new RunEventRecord.Resumed()).attemptsSinceCheckpoint()).isZero();
    assertThat(running(taken(2, CheckpointId.START)).attempt()).isEqualTo(2);
  }

  @Test
  void nextAttemptBeginsAtTheCountedCheckpoint() {
    assertThat(running().counted()).isEqualTo(CheckpointId.START);
    assertThat(running(named(FIRST)).counted()).isEqualTo(CheckpointId.START);
    RunState state = running(named(FIRST), counted(FIRST, -1));
    assertThat(state.counted()).isEqualTo(FIRST);
    assertThat(state.progress()).isEqualTo(SampleEvents.progress(7, -1));
  }

  @Test
  void countedThePreviousAndTheBestAreKeptAndTheRestForgotten() {
    RunState two = running(named(FIRST), counted(FIRST, 7), named(SECOND), counted(SECOND, 7));
    assertThat(two.kept()).containsExactlyInAnyOrder(FIRST, SECOND);
    assertThat(two.forgettable()).isEmpty();

    RunState three = two.after(named(THIRD)).after(counted(THIRD, 7));
    assertThat(three.kept()).containsExactlyInAnyOrder(FIRST, SECOND, THIRD);
    RunState betterThird = two.after(named(THIRD)).after(counted(THIRD, 21));
    assertThat(betterThird.kept()).containsExactlyInAnyOrder(SECOND, THIRD);
    assertThat(betterThird.forgettable()).containsExactly(FIRST);
  }

  @Test
  void checkpointOnItsWayIsNotForgottenButThatOfALostAttemptIs() {
    RunState saving = running(named(FIRST), counted(FIRST, -1), named(SECOND));
    assertThat(saving.forgettable()).isEmpty();

    assertThat(saving.after(taken(2, FIRST)).forgettable()).containsExactly(SECOND);
  }

  @Test
  void whatWasToldToBeForgottenIsToldAgainUntilTheNextCheckpointCounts() {
    RunState lost = running(named(FIRST), counted(FIRST, -1), named(SECOND), taken(2, FIRST));
    CheckpointId again = new CheckpointId(2, 14);
    RunState counting = lost.after(named(again));
    assertThat(counting.forgettable()).containsExactly(SECOND);

    RunState counted = counting.after(counted(again, -1));
    assertThat(counted.forgettable()).isEmpty();
    assertThat(counted.inStore()).containsExactly(FIRST, again);
  }

  @Test
  void settingsAndFingerprintsAreRemembered() {
    RunState state =
        running(
            SampleEvents.ALL.get(RunEventRecord.SettingChanged.class),
            SampleEvents.ALL.get(RunEventRecord.FingerprintsTaken.class));

    assertThat(state.settings())
        .containsExactly(new Steering.Journalled(9, new SettingChange("optimizer.lr", "5e-4")));
    assertThat(state.fingerprints()).isEqualTo(new Fingerprints("b4se", "cpu/1", "d4ta"));
  }

  @Test
  void layersThatDiedAreRememberedUntilTheRunIsRemoved() {
    RunState state = running(named(FIRST), counted(FIRST, -1));

    assertThat(state.layers()).containsExactly("block.0", "head");
  }

  /** Layer actors of the removed run may be alive, and drop what a lower attempt says. */
  @Test
  void nameThatIsUsedAgainBeginsAnewButCountsItsAttemptsOn() {
    RunState again =
        running(named(FIRST), counted(FIRST, 7), new RunEventRecord.Removed())
            .after(new RunEventRecord.Submitted("other config"));

    assertThat(again.attempt()).isEqualTo(1);
    assertThat(again.attemptsSinceCheckpoint()).isZero();
    assertThat(again.config()).isEqualTo("other config");
    assertThat(again.counted()).isEqualTo(CheckpointId.START);
    assertThat(again.inStore()).isEmpty();
    assertThat(again.progress()).isNull();
  }

  @Test
  void viewSaysWhatThereIs() {
    RunId run = new RunId("run");
    RunView early = running().view(run);
    assertThat(early.best()).isEqualTo(CheckpointId.START);
    assertThat(early.liveLayers()).isEmpty();

    RunView later = running(named(FIRST), counted(FIRST, 7)).view(run);
    assertThat(later.best()).isEqualTo(FIRST);
    assertThat(later.counted()).isEqualTo(FIRST);
    assertThat(later.liveLayers()).containsExactly("block.0", "head");
    assertThat(later.config()).isEqualTo("config");
  }
}
