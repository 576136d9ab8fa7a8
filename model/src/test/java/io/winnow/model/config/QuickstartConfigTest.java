package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuickstartConfigTest {
  @Test
  void quickstartHasTheSettingsOfItsResults() {
    RunConfig run = RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), List.of());
    long steps = run.training().totalSteps(2000);

    assertThat(run.name()).isEqualTo("quickstart");
    assertThat(steps).isEqualTo(625);
    assertThat(run.schedule().resolve(steps).warmupSteps()).isEqualTo(38);
    assertThat(run.selection().keep()).isEqualTo(6);
    assertThat(run.selection().at()).isEqualTo(StepCount.of(250));
    assertThat(run.optimizer().omegaLr()).isEqualTo(2e-2f);
  }
}
