package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.train.Importance;
import io.winnow.model.train.TripletRule;
import io.winnow.model.train.TripletSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of AdaLoRA in a run.conf. */
class AdaLoraSettingsTest {
  private static final String SMALL =
      "model.path = m\ndata { train = train.tsv, text = text }\ntraining.steps = 100\n";
  private static final String ADALORA = SMALL + "method { name = adalora, rank = 8 }\n";

  private static RunConfig read(String text) {
    return RunConfigReader.readText(text, "run.conf");
  }

  private static void assertProblem(String text, String problem) {
    assertThatThrownBy(() -> read(text)).hasMessageContaining(problem);
  }

  @Test
  void defaultsAreThoseOfTheReference() {
    RunConfig run = read(ADALORA);

    assertThat(run.method().name().text()).isEqualTo("adalora");
    assertThat(run.method().scale()).isEqualTo(2f);
    assertThat(run.selection().adalora())
        .isEqualTo(
            new RunConfig.AdaLora(
                4,
                StepCount.percent(10),
                StepCount.percent(50),
                10,
                new TripletRule(1e-3f, Importance.Smoothing.USUAL)));
    assertThat(run.selection().resolve(1000).triplets())
        .isEqualTo(new TripletSettings(4, 100, 500, 10));
    assertThat(read(SMALL + "method.name = lora").selection().resolve(9).triplets()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "rslora", "weightlora", "rand", "\"weightlora+\""})
  void theSectionIsOfOneMethodAlone(String method) {
    assertProblem(
        SMALL + "adalora.every = 1\nmethod.name = " + method,
        "adalora: has no meaning for method " + method.replace("\"", "") + "; expected adalora");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "method.keep = 3",
        "method.keep-fraction = 0.5",
        "method.keep-parameters = 900",
        "method.init-a = rank",
        "selection.at = 9",
        "expansion.every = 9",
        "optimizer.omega.lr = 1"
      })
  void whatOtherMethodsHaveIsRefused(String setting) {
    assertProblem(ADALORA + setting, "has no meaning for method adalora");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "target-rank = 0 | adalora.target-rank: 0; expected a number above 0",
        "target-rank = 8.5 | adalora.target-rank: 8.5; expected at most method.rank, which is 8",
        "warmup = never | adalora.warmup: the text \"never\"; expected a number of steps from 0",
        "rest = 0 | adalora.rest: 0; expected a number of steps from 1",
        "rest = 0% | adalora.rest: no steps; expected at least one step",
        "every = 0 | adalora.every: 0; expected a whole number",
        "beta1 = 1 | adalora.beta1: 1; expected a number from 0 to below 1",
        "orthogonality = -1 | adalora.orthogonality: -1; expected a number of at least 0",
        "warmup = 50 | adalora.warmup: 50 steps, and 50 of adalora.rest; expected together less",
      })
  void whatDoesNotFitIsTold(String setting, String problem) {
    String quoted = setting.replaceFirst("= (.*[%a-z])$", "= \"$1\"");

    assertProblem(ADALORA + "adalora." + quoted, problem);
  }

  @Test
  void lessThanOneTripletForAllHeadsIsRefused() {
    RunConfig run = read(ADALORA + "adalora.target-rank = 0.4");
    AdapterSpec head = new AdapterSpec(new AdapterId(0, "a"), 10, 10, 8, 1f);

    assertThat(RunConfigChecks.againstHeads(run, List.of(head, head)))
        .extracting(ConfigProblem::path)
        .containsExactly("adalora.target-rank");
    assertThat(RunConfigChecks.againstHeads(run, List.of(head, head, head))).isEmpty();
  }

  @Test
  void oneFlagTurnsARunOfWeightLoraIntoOneOfAdaLora() {
    RunConfig run =
        RunConfigReader.read(
            Path.of("../conf/quickstart/run.conf"), List.of("method.name=adalora"));

    assertThat(run.selection().keep()).isZero();
    assertThat(run.selection().adalora()).isNotNull();
    assertThat(ResumeRules.of("adalora.every").kind()).isEqualTo(ResumeRules.Kind.FIXED);
  }
}
