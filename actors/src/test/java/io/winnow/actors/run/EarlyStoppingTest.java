package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.train.Sampler;
import io.winnow.model.train.SelectionState;
import io.winnow.protocol.SweepCost;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
  private static final SelectionState FINAL = new SelectionState(1, 0);

  private static RunConfig config(String... more) {
    List<String> overrides = new ArrayList<>(List.of("training.early-stopping.patience=2"));
    overrides.addAll(List.of(more));
    return RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), overrides);
  }

  private static Progress after(SelectionState selection) {
    return Progress.start(List.of("head"))
        .afterStep(
            new Progress.StepDone(
                Sampler.Position.START, selection, List.of("head"), 0.1, SweepCost.ZERO, false));
  }

  private static Progress evaluated(RunConfig config, Progress progress, double accuracy) {
    Map<String, Double> metrics = Map.of("accuracy", accuracy, "loss", 1 - accuracy);
    return progress
        .afterEvaluation(metrics, false)
        .waiting(EarlyStopping.after(config, progress, metrics));
  }

  /** Number of the first evaluation at which the run would end; 0 = none. */
  private static int stopsAt(RunConfig config, double... accuracies) {
    Progress progress = after(FINAL);
    for (int i = 0; i < accuracies.length; i++) {
      progress = evaluated(config, progress, accuracies[i]);
      if (EarlyStopping.isDue(config, progress)) {
        return i + 1;
      }
    }
    return 0;
  }

  @Test
  void patienceIsSpentByEvaluationsInARowThatDoNotImprove() {
    assertThat(stopsAt(config(), 0.5, 0.6, 0.6, 0.6)).isEqualTo(4);
    assertThat(stopsAt(config(), 0.6, 0.5, 0.5)).isEqualTo(3);
    assertThat(stopsAt(config(), 0.5, 0.4, 0.6, 0.5, 0.7, 0.6)).isZero();
    assertThat(stopsAt(config("training.early-stopping.patience=1"), 0.5, 0.6, 0.6)).isEqualTo(3);
  }

  @Test
  void improvementIsMoreThanTheSmallestThatIsAskedFor() {
    RunConfig config = config("training.early-stopping.min-delta=0.125");

    assertThat(stopsAt(config, 0.25, 0.375, 0.5)).isEqualTo(3);
    assertThat(stopsAt(config, 0.25, 0.5, 0.75)).isZero();
    assertThat(stopsAt(config, 0.25, 0.375, 0.625, 0.5, 0.5)).isEqualTo(5);
  }

  @Test
  void lowerIsAnImprovementWhereTheMetricSaysSo() {
    RunConfig config = config("training.best.metric=loss");

    assertThat(stopsAt(config, 0.5, 0.6, 0.7, 0.8)).isZero();
    assertThat(stopsAt(config, 0.5, 0.4, 0.3)).isEqualTo(3);
  }

  @Test
  void whatIsNoNumberImprovesNothing() {
    assertThat(stopsAt(config(), Double.NaN, Double.NaN)).isEqualTo(2);
    assertThat(stopsAt(config(), Double.NaN, 0.1, Double.NaN, 0.2)).isZero();
    assertThat(stopsAt(config(), 0.1, Double.NaN, Double.NaN)).isEqualTo(3);
  }

  @Test
  void evaluationsBeforeTheFinalSelectionDoNotCountAndAreNotCompared() {
    RunConfig config = config();
    Progress progress = after(SelectionState.START);
    for (double accuracy : new double[] {0.9, 0.8, 0.7, 0.6}) {
      progress = evaluated(config, progress, accuracy);
    }
    assertThat(progress.patience()).isNull();
    assertThat(EarlyStopping.isDue(config, progress)).isFalse();

    progress =
        progress.afterStep(
            new Progress.StepDone(
                Sampler.Position.START, FINAL, List.of("head"), 0.1, SweepCost.ZERO, false));
    progress = evaluated(config, progress, 0.5);
    assertThat(progress.patience()).isEqualTo(new Patience(0.5, 0));
  }

  @Test
  void evaluationsOfAdaLoraCountFromItsRestOn() {
    RunConfig config = config("method.name=adalora");

    assertThat(evaluated(config, after(SelectionState.START), 0.5).patience()).isNull();
    assertThat(evaluated(config, after(FINAL), 0.5).patience()).isNotNull();
  }

  @Test
  void whereNothingIsSelectedForGoodAllEvaluationsCount() {
    RunConfig lora = config("method.name=lora");
    RunConfig never = config("selection.at=never", "selection.every=5");

    assertThat(evaluated(lora, after(SelectionState.START), 0.5).patience()).isNotNull();
    assertThat(evaluated(never, after(SelectionState.START), 0.5).patience()).isNotNull();
  }

  @Test
  void withoutTheSettingNothingIsCounted() {
    RunConfig off = RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), List.of());

    assertThat(stopsAt(off, 0.5, 0.4, 0.3, 0.2)).isZero();
    assertThat(evaluated(off, after(FINAL), 0.5).patience()).isNull();
  }

  @Test
  void reasonSaysHowManyAndWhat() {
    assertThat(EarlyStopping.reason(config()))
        .isEqualTo("2 evaluations in a row did not improve accuracy");
    assertThat(
            EarlyStopping.reason(
                config(
                    "training.early-stopping.patience=1", "training.early-stopping.min-delta=0.5")))
        .isEqualTo("an evaluation did not improve accuracy by more than 0.5");
  }
}
