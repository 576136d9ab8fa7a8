package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig.Method.Name;
import io.winnow.model.config.RunVariants.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunVariantsTest {
  private static final int HEADS = 24;
  private static final List<Name> ALL = List.of(Name.values());

  @TempDir Path folder;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    Files.writeString(folder.resolve("model/config.json"), "{}");
    Files.writeString(folder.resolve("train.tsv"), "sentence\tlabel\n");
  }

  private Path conf(String settings) throws IOException {
    String common = "model.path = model, data.train = train.tsv, training.steps = 100\n";
    return Files.writeString(folder.resolve("run.conf"), common + settings);
  }

  private RunVariants read(String settings, String... set) throws IOException {
    return RunVariants.read(conf(settings), List.of(set), Map.of());
  }

  private static RunConfig one(RunVariants variants, Name method, int keep) {
    return variants.all(List.of(new Variant(method, keep, 3)), HEADS).get(0);
  }

  private static final String WEIGHTLORA =
      """
      method { name = weightlora, rank = 4, keep = 6 }
      selection { at = 40, every = 5, omega-after = freeze }
      optimizer { lr = 3e-3, omega { kind = sgd, lr = 2 } }
      """;

  @Test
  void everyMethodIsMadeOfARunConfOfAnotherOne() throws IOException {
    for (String settings :
        List.of(
            WEIGHTLORA,
            "method.name = lora",
            "method { name = \"weightlora+\" }\nexpansion.times = 1")) {
      for (Name method : ALL) {
        RunConfig run = one(read(settings), method, RunVariants.takesKeep(method) ? 5 : 0);
        assertThat(run.method().name()).isEqualTo(method);
        assertThat(run.seed()).isEqualTo(3);
        assertThat(RunConfigReader.readText(RunConfigWriter.render(run), "written")).isEqualTo(run);
      }
    }
  }

  @Test
  void settingsHoldForTheMethodsThatTheyMeanSomethingTo() throws IOException {
    RunVariants variants = read(WEIGHTLORA);
    RunConfig selecting = one(variants, Name.WEIGHTLORA, 5);
    RunConfig expanding = one(variants, Name.WEIGHTLORA_PLUS, 0);
    RunConfig plain = one(variants, Name.LORA, 0);

    assertThat(selecting.selection().keep()).isEqualTo(5);
    assertThat(selecting.selection().at()).isEqualTo(StepCount.of(40));
    assertThat(expanding.selection().omegaAfter()).isEqualTo(selecting.selection().omegaAfter());
    assertThat(expanding.selection().expansion()).isNotNull();
    assertThat(expanding.optimizer()).isEqualTo(selecting.optimizer());
    assertThat(plain.selection()).isEqualTo(RunConfig.Selection.none(0));
    assertThat(List.of(selecting, expanding, plain))
        .allMatch(run -> run.method().rank() == 4 && run.optimizer().lr() == 3e-3f);
  }

  @Test
  void aSettingOfOneMethodIsTheOthersNot() throws IOException {
    Path file = conf(WEIGHTLORA);
    RunVariants variants =
        RunVariants.read(
            file,
            List.of("optimizer.lr=1e-3"),
            Map.of(Name.LORA, List.of("optimizer.lr=5e-3", "method.rank=2")));

    assertThat(one(variants, Name.LORA, 0).optimizer().lr()).isEqualTo(5e-3f);
    assertThat(one(variants, Name.LORA, 0).method().rank()).isEqualTo(2);
    assertThat(one(variants, Name.WEIGHTLORA, 0).optimizer().lr()).isEqualTo(1e-3f);
    assertThat(one(variants, Name.WEIGHTLORA, 0).method().rank()).isEqualTo(4);
    assertThatThrownBy(
            () ->
                RunVariants.read(
                    file, List.of(), Map.of(Name.LORA, List.of("selection.rule=signed"))))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("--set lora:selection: it has no meaning for this method");
  }

  @Test
  void withoutKTheRunConfsOwnHolds() throws IOException {
    RunVariants variants = read(WEIGHTLORA);

    assertThat(one(variants, Name.WEIGHTLORA, 0).selection().keep()).isEqualTo(6);
    assertThat(one(variants, Name.RAND, 0).selection().keep()).isEqualTo(6);
  }

  @Test
  void kTakesThePlaceOfAnyOtherBudget() throws IOException {
    RunVariants variants = read("method { name = weightlora, keep-fraction = 0.5 }");

    assertThat(one(variants, Name.WEIGHTLORA, 7).selection().keep()).isEqualTo(7);
    assertThat(one(variants, Name.RAND, 7).selection().keep()).isEqualTo(7);
  }

  @Test
  void adaLoraGetsTheRankAtWhichItEndsWithAsManyValues() throws IOException {
    // rank 4 in K = 6 of 24 heads is rank 1 in all of them
    ALL.stream()
        .filter(name -> name.text().equals("adalora"))
        .forEach(
            name ->
                assertThat(RunConfigWriter.render(one(uncheckedRead(), name, 6)))
                    .contains("adalora.target-rank = 1.0\n"));
  }

  private RunVariants uncheckedRead() {
    try {
      return read(WEIGHTLORA);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void settingsOfTheCommandLineWin() throws IOException {
    RunVariants variants = read(WEIGHTLORA, "optimizer.lr=5e-4", "training.epochs=2");
    RunConfig run = one(variants, Name.LORA, 0);

    assertThat(run.optimizer().lr()).isEqualTo(5e-4f);
    assertThat(run.training().steps()).isZero();
    assertThat(run.training().epochs()).isEqualTo(2);
  }

  @Test
  void gridHasEachMethodAtEachKItTakes() {
    List<Variant> grid =
        RunVariants.grid(
            List.of(Name.LORA, Name.RAND, Name.WEIGHTLORA_PLUS), List.of(1, 5), List.of(0L, 1L));

    assertThat(grid)
        .extracting(Variant::name)
        .containsExactly(
            "lora-seed0",
            "lora-seed1",
            "rand-k1-seed0",
            "rand-k1-seed1",
            "rand-k5-seed0",
            "rand-k5-seed1",
            "weightlora-plus-seed0",
            "weightlora-plus-seed1");
  }

  @Test
  void aProblemOfAllIsSaidOnceAndOneOfSomeWithTheirNames() throws IOException {
    RunVariants variants =
        read("method.name = lora\noptimizer.lr = -1\nselection.rounds = [{ at = 9, keep = 3 }]");
    List<Variant> grid =
        RunVariants.grid(List.of(Name.LORA, Name.WEIGHTLORA), List.of(5), List.of(0L, 1L));

    assertThatThrownBy(() -> variants.all(grid, HEADS))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("run.conf: 2 problems")
        .hasMessageContaining("\n  optimizer.lr: -1")
        .hasMessageContaining("\n  weightlora-k5-seed0 and 1 more: method.keep: 5 heads");
  }

  @Test
  void keysThatDoNotExistAreRefusedBeforeAnyVariant() throws IOException {
    Path file = conf("metod.rank = 3");

    assertThatThrownBy(() -> RunVariants.read(file, List.of(), Map.of()))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("metod");
  }
}
