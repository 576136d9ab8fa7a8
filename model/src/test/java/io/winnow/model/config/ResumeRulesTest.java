package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.config.ResumeRules.Kind;
import io.winnow.model.config.ResumeRules.Resumption;
import io.winnow.model.config.ResumeRules.Standing;
import io.winnow.model.config.RunConfig.ScriptedCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResumeRulesTest {
  private static final Standing AT_40 = new Standing(40, false);
  private static final Standing FINISHED = new Standing(625, true);

  private static RunConfig run(String... overrides) {
    return RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), List.of(overrides));
  }

  private static Resumption at40(String... overrides) {
    return ResumeRules.between(run(), run(overrides), AT_40);
  }

  @Test
  void everySettingHasARuleAndEveryRuleASetting() {
    assertThat(ReferenceConfig.paths())
        .allSatisfy(path -> assertThat(ResumeRules.of(path).path()).as(path).isNotEmpty());
    assertThat(ResumeRules.TABLE)
        .extracting(ResumeRules.Rule::path)
        .doesNotHaveDuplicates()
        .allSatisfy(
            path ->
                assertThat(ReferenceConfig.paths())
                    .anyMatch(p -> ResumeRules.of(p).path().equals(path)));
  }

  @Test
  void whatACommandMaySetIsWhatHoldsFromTheNextStepOn() {
    assertThat(ReferenceConfig.paths())
        .filteredOn(path -> ResumeRules.of(path).kind() == Kind.NEXT_STEP)
        .containsExactlyInAnyOrderElementsOf(
            java.util.stream.Stream.concat(
                    Steerable.PATHS.stream(), java.util.stream.Stream.of("commands"))
                .toList());
  }

  @Test
  void nearestRuleDecides() {
    assertThat(ResumeRules.of("model.path").kind()).isEqualTo(Kind.MAY_CHANGE);
    assertThat(ResumeRules.of("model.dropout").kind()).isEqualTo(Kind.FIXED);
    assertThat(ResumeRules.of("optimizer.omega.kind").path()).isEqualTo("optimizer");
  }

  @Test
  void unchangedConfigurationGoesOnAsBefore() {
    Resumption same = at40();

    assertThat(same.isAsBefore()).isTrue();
    assertThat(same.config()).isEqualTo(run());
  }

  @Test
  void whatHasNoPartInTheBytesIsTakenOver() {
    String[] set = {"workers.count=7", "failure.step-deadline=9s", "failure.max-attempts=8"};
    Resumption changed = at40(set);

    assertThat(changed.refused()).isEmpty();
    assertThat(changed.config()).isEqualTo(run(set));
    assertThat(changed.changed())
        .isEqualTo(
            Map.of(
                "workers.count", "7",
                "failure.step-deadline", "\"9s\"",
                "failure.max-attempts", "8"));
    assertThat(ResumeRules.between(run(), run(set), FINISHED).config()).isEqualTo(run(set));
  }

  @Test
  void whatACommandCouldChangeBecomesOneForTheNextStep() {
    Resumption changed =
        at40("optimizer.lr=5e-4", "training.evaluate-every=10%", "checkpoint.every=30s");

    assertThat(changed.refused()).isEmpty();
    assertThat(changed.config().optimizer()).isEqualTo(run().optimizer());
    assertThat(changed.config().checkpoint()).isEqualTo(run().checkpoint());
    assertThat(changed.config().commands())
        .containsExactly(
            new ScriptedCommand(
                41,
                Map.of(
                    "optimizer.lr", "5.0E-4",
                    "training.evaluate-every", "10.0%",
                    "checkpoint.every", "30s")));
  }

  /** The process may die after it wrote run.conf and before the change was journalled. */
  @Test
  void whatWasDecidedIsDecidedAgainWithTheSameOutcome() {
    RunConfig decided = at40("optimizer.lr=5e-4", "workers.count=2").config();

    Resumption again = ResumeRules.between(run(), decided, AT_40);
    assertThat(again.refused()).isEmpty();
    assertThat(again.config()).isEqualTo(decided);
    assertThat(ResumeRules.between(decided, decided, new Standing(60, false)).isAsBefore())
        .isTrue();
  }

  @Test
  void everythingElseIsRefusedWithBothValuesAndTheReason() {
    Resumption changed =
        at40(
            "seed=7", "training.epochs=6", "method.rank=4", "model.dropout=0.5", "workers.count=3");

    assertThat(changed.config()).isEqualTo(run());
    assertThat(changed.refused())
        .extracting(ConfigProblem::toString)
        .containsExactlyInAnyOrder(
            "seed: was 0, is now 7: it cannot change, since everything random follows from it",
            "training.epochs: was 5, is now 6: it cannot change, since schedule and selection"
                + " are counted on the length of the run",
            "method.rank: was 8, is now 4: it cannot change, since the trained values follow from"
                + " it",
            "model.dropout: was 0, is now 0.5: it cannot change, since every step was computed"
                + " with it");
  }

  @Test
  void settingThatComesOrGoesIsNamedAsNotSet() {
    assertThat(at40("training.steps=700").refused())
        .extracting(problem -> problem.found().replaceFirst(":.*", ""))
        .containsExactlyInAnyOrder("was not set, is now 700", "was 5, is now not set");
    assertThat(at40("method.name=lora").refused())
        .extracting(ConfigProblem::path)
        .contains("method.name", "method.keep", "selection.at", "optimizer.omega.lr");
  }

  @Test
  void commandsOfStepsThatAreDoneStay() {
    String begun = "commands=[{at=40,set{optimizer.lr=1e-4}},{at=50,set{optimizer.lr=2e-4}}]";
    String later = "commands=[{at=40,set{optimizer.lr=1e-4}},{at=41,set{optimizer.lr=3e-4}}]";
    String earlier = "commands=[{at=39,set{optimizer.lr=1e-4}},{at=50,set{optimizer.lr=2e-4}}]";

    assertThat(ResumeRules.between(run(begun), run(later), AT_40).config()).isEqualTo(run(later));
    assertThat(ResumeRules.between(run(begun), run(earlier), AT_40).refused())
        .extracting(ConfigProblem::toString)
        .singleElement()
        .asString()
        .contains("commands: was ", "step 40 is done");
  }

  @Test
  void finishedRunCannotBeSteered() {
    Resumption changed =
        ResumeRules.between(
            run(), run("optimizer.lr=5e-4", "commands=[{at=9,set{optimizer.lr=1}}]"), FINISHED);

    assertThat(changed.refused())
        .extracting(ConfigProblem::toString)
        .hasSize(2)
        .allMatch(text -> text.endsWith("since the run is finished"));
  }
}
