package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.config.RunConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BestTest {
  private static final RunConfig.Training.Metric ACCURACY =
      new RunConfig.Training.Metric("accuracy", true);
  private static final RunConfig.Training.Metric LOSS =
      new RunConfig.Training.Metric("loss", false);
  private static final Progress NONE = Progress.start(List.of());

  private static Progress best(String metric, double value) {
    return NONE.afterEvaluation(Map.of(metric, value), true);
  }

  @Test
  void firstEvaluationIsTheBest() {
    assertThat(Best.isBetter(ACCURACY, Map.of("accuracy", 0.0), NONE)).isTrue();
  }

  @Test
  void onlyWhatIsStrictlyBetterTakesThePlaceOfTheBest() {
    Progress half = best("accuracy", 0.5);

    assertThat(Best.isBetter(ACCURACY, Map.of("accuracy", 0.6), half)).isTrue();
    assertThat(Best.isBetter(ACCURACY, Map.of("accuracy", 0.5), half)).isFalse();
    assertThat(Best.isBetter(ACCURACY, Map.of("accuracy", 0.4), half)).isFalse();
  }

  @Test
  void lowerIsBetterWhereTheMetricSaysSo() {
    assertThat(Best.isBetter(LOSS, Map.of("loss", 0.4), best("loss", 0.5))).isTrue();
    assertThat(Best.isBetter(LOSS, Map.of("loss", 0.6), best("loss", 0.5))).isFalse();
  }

  @Test
  void whatIsNoNumberIsNeverTheBest() {
    assertThat(Best.isBetter(ACCURACY, Map.of("accuracy", Double.NaN), NONE)).isFalse();
    assertThat(Best.isBetter(LOSS, Map.of("loss", Double.NaN), best("loss", 0.5))).isFalse();
  }

  @Test
  void metricThatTheEvaluationDoesNotGiveIsNamed() {
    assertThatThrownBy(() -> Best.isBetter(ACCURACY, Map.of("mse", 1.0), NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("accuracy")
        .hasMessageContaining("mse");
  }
}
