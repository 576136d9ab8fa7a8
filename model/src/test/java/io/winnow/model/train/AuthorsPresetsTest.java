package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.StepCount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The authors' presets are what the trajectories prove: with the small numbers of a trajectory (K,
 * rates, steps) in place of theirs, a preset resolves to the very rules that {@link
 * TrajectoryGoldenTest} meets the published code's numbers with.
 */
class AuthorsPresetsTest {
  private static final Path PRESETS = Path.of("../conf/presets");

  @TempDir Path folder;

  @BeforeEach
  void aModelAndData() throws IOException {
    Files.createDirectories(folder.resolve("model"));
    Files.writeString(folder.resolve("model/config.json"), "{}");
    Files.createDirectories(folder.resolve("data"));
    Files.writeString(folder.resolve("data/train.json"), "");
  }

  private RunConfig read(String preset, List<String> more) {
    List<String> set =
        new ArrayList<>(
            List.of("model.path=" + folder.resolve("model"), "data.dir=" + folder.resolve("data")));
    set.addAll(more);
    return RunConfigReader.read(PRESETS.resolve(preset + ".conf"), set);
  }

  static Stream<Trajectory> ofKind(String kind) {
    return Trajectory.all().stream().filter(trajectory -> trajectory.kind().equals(kind));
  }

  static Stream<Trajectory> everyStep() {
    return ofKind("iht").filter(t -> t.variant().path("fat_step").asInt() == 1);
  }

  static Stream<Trajectory> restarted() {
    return ofKind(Trajectory.RESTARTED);
  }

  static Stream<Trajectory> expanded() {
    return ofKind(Trajectory.EXPANDED);
  }

  /** The numbers of a trajectory that a person chooses for a task; its method is not among them. */
  private static List<String> numbers(Trajectory trajectory) {
    JsonNode v = trajectory.variant();
    return new ArrayList<>(
        List.of(
            "optimizer.lr=" + v.path("lr").asText(),
            "optimizer.omega.lr=" + v.path("lr_w").asText(),
            "optimizer.weight-decay=" + v.path("wd").asText(),
            "optimizer.clip=" + v.path("clip").asText("0"),
            "schedule.warmup-steps=" + v.path("schedule").path(1).asText("0"),
            "training.steps=" + trajectory.rules().totalSteps()));
  }

  private static StepRules rules(RunConfig run) {
    long steps = run.training().steps();
    return new StepRules(
        run.optimizer(),
        run.schedule().resolve(steps),
        run.selection().resolve(steps),
        run.method().name().movesOmega(),
        steps);
  }

  @ParameterizedTest
  @MethodSource("everyStep")
  void paperTimePresetIsTheTrajectoryOfEveryStep(Trajectory trajectory) {
    List<String> set = numbers(trajectory);
    set.add("method.keep=" + trajectory.variant().path("k").asInt());
    RunConfig run = read("authors-glue", set);

    assertThat(rules(run)).isEqualTo(trajectory.rules());
    assertThat(run.method().trainHead())
        .isEqualTo(trajectory.variant().path("train_head").asBoolean());
  }

  @ParameterizedTest
  @MethodSource("restarted")
  void restartPresetIsTheTrajectoryOfTheLaterCode(Trajectory trajectory) {
    JsonNode v = trajectory.variant();
    List<String> set = numbers(trajectory);
    set.addAll(
        List.of("method.keep=" + v.path("k").asInt(), "selection.at=" + v.path("mfs").asInt()));
    RunConfig run = read("authors-glue-restart", set);

    StepRules rules = rules(run);
    assertThat(rules.selection()).isEqualTo(trajectory.rules().selection());
    assertThat(rules.schedule()).isEqualTo(trajectory.rules().schedule());
    assertThat(rules.totalSteps()).isEqualTo(trajectory.rules().totalSteps());
    // one optimizer for the whole run: that of all steps after the warm-up
    assertThat(rules.optimizer()).isEqualTo(trajectory.optimizer(false));
    assertThat(run.method().initA()).isEqualTo(RunConfig.Method.InitA.FAN_IN);
  }

  @ParameterizedTest
  @MethodSource("expanded")
  void plusPresetIsTheTrajectoriesOfExpansions(Trajectory trajectory) {
    JsonNode v = trajectory.variant();
    List<String> set = numbers(trajectory);
    set.add("expansion.rule=" + v.path("ext").asText());
    RunConfig run = read("authors-glue-plus", set);

    StepRules rules = rules(run);
    StepRules golden = trajectory.rules();
    assertThat(rules.optimizer()).isEqualTo(golden.optimizer());
    assertThat(rules.schedule().warmupSteps()).isEqualTo(golden.schedule().warmupSteps());
    assertThat(rules.selection().rule()).isEqualTo(golden.selection().rule());
    assertThat(rules.selection().omegaAfter()).isEqualTo(golden.selection().omegaAfter());
    assertThat(rules.selection().expansion()).isEqualTo(golden.selection().expansion());
    assertThat(rules.omegaTrains()).isEqualTo(golden.omegaTrains());
  }

  @Test
  void numbersAreThoseOfTheAuthorsRuns() {
    for (String preset :
        List.of("authors-glue", "authors-glue-plus", "authors-glue-restart", "authors-xsum")) {
      RunConfig run = read(preset, List.of());
      assertThat(run.method().alpha()).as(preset).isEqualTo(32f);
      assertThat(run.method().dropout()).isEqualTo(0.05f);
      assertThat(run.method().trainHead()).isFalse();
      assertThat(run.optimizer().omegaLr()).isEqualTo(5f);
      assertThat(run.optimizer().omegaKind()).isEqualTo(OptimizerSettings.OmegaKind.SGD);
      assertThat(run.training().batchSize()).isEqualTo(192);
    }
    RunConfig glue = read("authors-glue", List.of());
    assertThat(glue.method().initA()).isEqualTo(RunConfig.Method.InitA.RANK);
    assertThat(glue.optimizer().eps()).isEqualTo(1e-6f);
    assertThat(glue.schedule().warmup()).isEqualTo(StepCount.of(50));
    assertThat(glue.data().lengths().input()).isEqualTo(128);
    assertThat(glue.training().microBatch()).isEqualTo(32);
    RunConfig xsum = read("authors-xsum", List.of());
    assertThat(xsum.data().lengths().input()).isEqualTo(256);
    assertThat(xsum.data().lengths().target()).isEqualTo(160);
    assertThat(xsum.generation()).containsEntry("num-beams", "8");
  }

  @Test
  void expansionsAreThoseOfTheAuthorsScripts() {
    assertThat(read("authors-glue-plus", List.of()).selection().expansion())
        .isEqualTo(new ExpansionSettings(10, 2, ExpansionRule.SMART));
    RunConfig llama = read("authors-llama", List.of());
    assertThat(llama.selection().expansion())
        .isEqualTo(new ExpansionSettings(5, 3, ExpansionRule.SMART));
    assertThat(llama.training().steps()).isEqualTo(256);
    assertThat(llama.data().lengths().input()).isEqualTo(1024);
    assertThat(read("authors-glue-restart", List.of()).selection().at())
        .isEqualTo(StepCount.of(20));
  }
}
