package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteeringTest {
  private static final long TOTAL = 100;

  private static RunConfig config(String... overrides) {
    return RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), List.of(overrides));
  }

  private static Steering.Journalled lr(long step, String value) {
    return new Steering.Journalled(step, new SettingChange("optimizer.lr", value));
  }

  private static float lrAt(Steering steering, long step) {
    return steering.at(step).rules().optimizer().lr();
  }

  @Test
  void withoutCommandsTheConfigurationHolds() {
    Steering steering = new Steering(config(), TOTAL, List.of());

    assertThat(lrAt(steering, 1)).isEqualTo(2e-3f);
    assertThat(lrAt(steering, TOTAL)).isEqualTo(2e-3f);
  }

  @Test
  void changeHoldsFromItsStepOn() {
    Steering steering = new Steering(config(), TOTAL, List.of(lr(10, "1e-3"), lr(20, "5e-4")));

    assertThat(lrAt(steering, 9)).isEqualTo(2e-3f);
    assertThat(lrAt(steering, 10)).isEqualTo(1e-3f);
    assertThat(lrAt(steering, 19)).isEqualTo(1e-3f);
    assertThat(lrAt(steering, 20)).isEqualTo(5e-4f);
  }

  @Test
  void steppingThroughAndJumpingToAStepGiveTheSame() {
    Steering stepped =
        new Steering(
            config("commands=[{at=5,set{optimizer.clip=0.5}}]"), TOTAL, List.of(lr(10, "1e-3")));
    for (long step = 1; step <= 30; step++) {
      stepped = stepped.at(step);
      Steering jumped =
          new Steering(
                  config("commands=[{at=5,set{optimizer.clip=0.5}}]"),
                  TOTAL,
                  List.of(lr(10, "1e-3")))
              .at(step);
      assertThat(stepped.rules()).isEqualTo(jumped.rules());
    }
    assertThat(stepped.rules().optimizer().clip()).isEqualTo(0.5);
    assertThat(stepped.at(3).rules().optimizer().clip()).isEqualTo(1.0);
  }

  @Test
  void changeThatIsJournalledOnTheWayHoldsAtItsStepAndNotBefore() {
    Steering steering = new Steering(config(), TOTAL, List.of()).at(9).with(lr(10, "1e-3"));

    assertThat(steering.rules().optimizer().lr()).isEqualTo(2e-3f);
    assertThat(lrAt(steering, 10)).isEqualTo(1e-3f);
    assertThat(steering.settings()).containsExactly(lr(10, "1e-3"));
  }

  @Test
  void ofOneStepsChangesTheLastJournalledWinsAndAScriptedOneComesFirst() {
    RunConfig scripted = config("commands=[{at=10,set{optimizer.lr=9e-4}}]");
    Steering steering = new Steering(scripted, TOTAL, List.of(lr(10, "8e-4"), lr(10, "7e-4")));

    assertThat(lrAt(steering, 10)).isEqualTo(7e-4f);
    assertThat(lrAt(new Steering(scripted, TOTAL, List.of()), 10)).isEqualTo(9e-4f);
  }

  @Test
  void rhythmOfEvaluationsAndCheckpointsCanChange() {
    Steering steering =
        new Steering(
                config(),
                TOTAL,
                List.of(
                    new Steering.Journalled(5, new SettingChange("training.evaluate-every", "7")),
                    new Steering.Journalled(5, new SettingChange("checkpoint.every", "30s"))))
            .at(5);

    assertThat(steering.evaluateEvery()).isEqualTo(7);
    assertThat(steering.checkpoints().isDue(1_000, Duration.ofSeconds(29))).isFalse();
    assertThat(steering.checkpoints().isDue(1, Duration.ofSeconds(30))).isTrue();
  }

  @Test
  void checkpointsByStepsAreDueByStepsOnly() {
    Steering.CheckpointRule rule = new Steering(config(), TOTAL, List.of()).checkpoints();

    assertThat(rule.isDue(99, Duration.ofDays(1))).isFalse();
    assertThat(rule.isDue(100, Duration.ZERO)).isTrue();
  }
}
