package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.protocol.CheckpointId;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconfigurationTest {
  private static String config(String... overrides) {
    return RunConfigWriter.render(
        RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), List.of(overrides)));
  }

  private static RunState at14(RunEventRecord... more) {
    CheckpointId id = new CheckpointId(1, 14);
    RunState state =
        RunState.UNKNOWN
            .after(new RunEventRecord.Submitted(config()))
            .after(new RunEventRecord.CheckpointNamed(id))
            .after(
                new RunEventRecord.CheckpointCounted(id, SampleEvents.progress(14, -1), List.of()));
    for (RunEventRecord event : more) {
      state = state.after(event);
    }
    return state;
  }

  private static RunEventRecord lr(long step, String value) {
    return new RunEventRecord.SettingChanged(step, new SettingChange("optimizer.lr", value));
  }

  private static float lrAt(RunState state, long step) {
    return new Steering(RunConfigReader.readText(state.config(), "test"), 625, state.settings())
        .at(step)
        .rules()
        .optimizer()
        .lr();
  }

  @Test
  void newConfigurationHoldsAndWhatWasCommandedStays() {
    RunState before = at14(lr(9, "5e-4"));
    RunState after = before.after(Reconfiguration.of(before, config("workers.count=3")));

    assertThat(after.config()).isEqualTo(config("workers.count=3"));
    assertThat(after.settings()).isEqualTo(before.settings());
    assertThat(lrAt(after, 15)).isEqualTo(5e-4f);
  }

  @Test
  void changedRateHoldsFromTheNextStepOn() {
    RunState before = at14();
    RunState after = before.after(Reconfiguration.of(before, config("optimizer.lr=1e-4")));

    assertThat(lrAt(after, 14)).isEqualTo(2e-3f);
    assertThat(lrAt(after, 15)).isEqualTo(1e-4f);
  }

  @Test
  void changeOnResumeWinsOverACommandThatWasToHoldFromTheSameStep() {
    RunState before = at14(lr(9, "5e-4"), lr(15, "7e-4"));
    RunState after = before.after(Reconfiguration.of(before, config("optimizer.lr=1e-4")));

    assertThat(lrAt(after, 14)).isEqualTo(5e-4f);
    assertThat(lrAt(after, 15)).isEqualTo(1e-4f);
  }

  @Test
  void whatCannotChangeIsRefused() {
    assertThatThrownBy(() -> Reconfiguration.of(at14(), config("seed=9", "method.rank=2")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("seed: was 0, is now 9")
        .hasMessageContaining("method.rank: was 8, is now 2");
    RunState finished = at14(SampleEvents.ALL.get(RunEventRecord.Finished.class));
    assertThatThrownBy(() -> Reconfiguration.of(finished, config("optimizer.lr=1e-4")))
        .hasMessageContaining("the run is finished");
  }
}
