package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.train.SelectionSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepCountTest {
  @ParameterizedTest
  @CsvSource({"6,625,38", "40,625,250", "7,100,7", "0,625,0", "0.1,10,1", "100,3,3"})
  void shareIsRoundedUpInDecimal(double percent, long total, long expected) {
    assertThat(StepCount.percent(percent).resolve(total)).isEqualTo(expected);
  }

  @Test
  void countsStayAndNeverDoesNotCome() {
    assertThat(StepCount.of(7).resolve(3)).isEqualTo(7);
    assertThat(StepCount.never().resolve(3)).isEqualTo(SelectionSettings.NEVER);
  }

  @ParameterizedTest
  @CsvSource({"5,16,2000,625", "1,16,2001,126", "0.5,1,3,2", "3,8,7,3"})
  void epochsBecomeStepsWithASmallerLastOne(double epochs, int batch, long examples, long steps) {
    var best = new RunConfig.Training.Metric("accuracy", true);
    var training =
        new RunConfig.Training(0, epochs, batch, 1, StepCount.never(), best, false, null);

    assertThat(training.totalSteps(examples)).isEqualTo(steps);
  }
}
