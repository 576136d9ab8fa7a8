package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.train.Sampler;
import io.winnow.model.train.SelectionState;
import io.winnow.protocol.SweepCost;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Progress THREE_BAD =
      Progress.start(List.of("head"))
          .afterStep(
              new Progress.StepDone(
                  new Sampler.Position(0, 8),
                  new SelectionState(7, 3),
                  List.of("head"),
                  0.5,
                  new SweepCost(10, 0, 0, 500_000_000, 70),
                  true));

  @Test
  void resumedAfterThePauseForBadStepsItHasAllItsChancesAgain() {
    Progress resumed = THREE_BAD.forgivingAfter(3);
    assertThat(resumed.selection()).isEqualTo(new SelectionState(7, 0));
    assertThat(resumed.skippedSteps()).isEqualTo(1);
    assertThat(resumed.position()).isEqualTo(THREE_BAD.position());
  }

  @Test
  void recoveredWithinAStreakOfBadStepsItGoesOnCounting() {
    assertThat(THREE_BAD.forgivingAfter(4)).isEqualTo(THREE_BAD);
  }
}
