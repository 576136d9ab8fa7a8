package io.winnow.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.Budget;
import io.winnow.model.train.ExpansionRule;
import io.winnow.model.train.ExpansionSettings;
import io.winnow.model.train.OptimizerSettings.Kind;
import io.winnow.model.train.SelectionRound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunConfigReaderTest {
  private static final String SMALL =
      """
      model.path = model
      data.train = train.tsv
      method.keep = 6
      """;

  @TempDir Path folder;

  @BeforeEach
  void filesExist() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    Files.writeString(folder.resolve("model/config.json"), "{}");
    Files.writeString(folder.resolve("train.tsv"), "sentence\tlabel\n");
  }

  @Test
  void threeLinesAreEnoughAndPathsCountFromTheFile() throws IOException {
    RunConfig run = read(SMALL);

    assertThat(run.name()).isEqualTo(folder.getFileName().toString());
    assertThat(run.model().path()).isEqualTo(folder.resolve("model"));
    assertThat(run.model().options()).isEqualTo(ModelOptions.defaults());
    assertThat(run.selection().keep()).isEqualTo(6);
    assertThat(run.selection().resolve(625).at()).isEqualTo(250);
    assertThat(run.training().best()).isEqualTo(new RunConfig.Training.Metric("accuracy", true));
    assertThat(run.training().microBatch()).isEqualTo(8);
    assertThat(run.optimizer().eps()).isEqualTo(1e-8f);
  }

  @Test
  void everyProblemIsListedOnceUnderTheNameOfTheFile() throws IOException {
    UserProblem problem =
        problem(
            """
            model.path = modle
            data.train = train.csv
            method { rnk = 4, alpha = -1, keep = six }
            training.batch-size = 4
            training.micro-batch = 8
            """);

    assertThat(problem.exitCode()).isEqualTo(2);
    assertThat(problem.getMessage().lines().toList())
        .containsExactlyInAnyOrder(
            folder.resolve("run.conf") + ": 6 problems",
            "  method.rnk: unknown key (did you mean method.rank?)",
            "  model.path: "
                + folder.resolve("modle")
                + " does not exist; expected a folder with config.json and weights"
                + " (did you mean model?)",
            "  data.train: "
                + folder.resolve("train.csv")
                + " does not exist; expected an existing file (did you mean train.tsv?)",
            "  method.alpha: -1; expected a number above 0",
            "  method.keep: the text \"six\"; expected a whole number of at least 1",
            "  training.micro-batch: 8; expected at most training.batch-size, which is 4");
  }

  @Test
  void misplacedKeyIsPointedToItsSection() throws IOException {
    assertThat(problem(SMALL + "rank = 4").getMessage()).contains("did you mean method.rank?");
    assertThat(problem(SMALL + "method.lr = 1").getMessage()).contains("mean optimizer.lr?");
  }

  @Test
  void sectionAndValueAreNotMistakenForEachOther() throws IOException {
    assertThat(problem(SMALL + "selection = magnitude").getMessage())
        .contains("selection: the text \"magnitude\"; expected a section { }");
    assertThat(problem(SMALL + "optimizer.lr { omega = 1 }").getMessage())
        .contains("optimizer.lr: the section {\"omega\":1}; expected a value");
  }

  @Test
  void wrongTypesSayWhatWasFound() throws IOException {
    assertThat(problem(SMALL + "method.rank = 1.5").getMessage())
        .contains("method.rank: 1.5; expected a whole number from 1 to 65536");
    assertThat(problem(SMALL + "method.train-head = maybe").getMessage())
        .contains("method.train-head: the text \"maybe\"; expected true or false");
    assertThat(problem(SMALL + "optimizer.betas = [0.9]").getMessage())
        .contains("optimizer.betas: the list [0.9]; expected two numbers");
    assertThat(problem(SMALL + "failure.step-deadline = 60").getMessage())
        .contains("failure.step-deadline: 60; expected a time with its unit");
    assertThat(problem(SMALL + "optimizer.kind = adam").getMessage())
        .contains("expected one of adamw, adamw-hf (did you mean adamw?)");
  }

  @Test
  void numbersOutsideTheirRangeAreRefused() throws IOException {
    for (String wrong :
        List.of(
            "method.rank = 0",
            "method.keep = 0",
            "method.dropout = 1",
            "optimizer.lr = 0",
            "optimizer.lr = 1e-60",
            "optimizer.weight-decay = -0.1",
            "data.max-length = 7",
            "training.epochs = 0",
            "training.steps = -5",
            "training.early-stopping.patience = 0",
            "training.early-stopping.patience = 1.5",
            "training.early-stopping.min-delta = -0.1",
            "schedule.warmup-ratio = 1.5",
            "selection.at = \"101%\"",
            "checkpoint.every = 0s",
            "workers.count = -1",
            "task.labels = 1")) {
      String path = wrong.substring(0, wrong.indexOf(' '));
      assertThat(problem(SMALL + wrong).getMessage()).as(wrong).contains("\n  " + path + ": ");
    }
  }

  @Test
  void settingsThatContradictEachOtherAreRefused() throws IOException {
    assertThat(problem(SMALL + "method.name = lora").getMessage())
        .contains("method.keep: has no meaning for method lora");
    assertThat(problem(SMALL + "training { steps = 10, epochs = 1 }").getMessage())
        .contains("given together with training.steps");
    assertThat(problem(SMALL + "schedule { warmup-steps = 1, warmup-ratio = 0.1 }").getMessage())
        .contains("given together with schedule.warmup-steps");
    assertThat(problem(SMALL + "selection.at = never").getMessage()).contains("never select");
    assertThat(problem(SMALL + "training.steps = 10\nselection.at = 11").getMessage())
        .contains("selection.at: step 11; expected at most 10, the steps of this run");
    assertThat(problem("model.path = model\ndata.train = train.tsv").getMessage())
        .contains("method.keep: not set; expected K");
  }

  @Test
  void expansionsHaveTheirOwnSelection() throws IOException {
    String plus = SMALL.replace("method.keep = 6", "method.name = \"weightlora+\"");
    RunConfig run = read(plus + "expansion { every = 5, times = 3, rule = dummy }");

    assertThat(run.method().name().text()).isEqualTo("weightlora+");
    assertThat(run.selection().expansion())
        .isEqualTo(new ExpansionSettings(5, 3, ExpansionRule.DUMMY));
    assertThat(run.selection().resolve(100).at()).isEqualTo(15);
    assertThat(problem(plus + "method.keep = 6").getMessage())
        .contains(
            "method.keep: has no meaning for method weightlora+; expected weightlora or rand");
    for (String setting : List.of("at = 9", "every = 9", "rounds = []")) {
      assertThat(problem(plus + "selection." + setting).getMessage())
          .contains("has no meaning for method weightlora+; expected weightlora");
    }
    assertThat(problem(plus + "training.steps = 15\nexpansion.every = 8").getMessage())
        .contains("expansion.every: the last expansion at step 16; expected at most 15");
  }

  @Test
  void expansionIsOfOneMethodAlone() throws IOException {
    String files = SMALL.replace("method.keep = 6", "");
    for (String method : List.of("lora", "rslora", "weightlora", "rand")) {
      assertThat(problem(files + "expansion.times = 1\nmethod.name = " + method).getMessage())
          .contains("expansion: has no meaning for method " + method + "; expected weightlora+");
    }
    assertThat(read(SMALL + "method.name = weightlora", "method.name=weightlora+").selection())
        .extracting(RunConfig.Selection::keep)
        .isEqualTo(0);
  }

  @Test
  void scaleIsThatOfTheMethod() throws IOException {
    assertThat(read(SMALL, "method.name=rslora").method().scale()).isEqualTo(5.656854f);
    assertThat(read(SMALL).method().scale()).isEqualTo(2f);
  }

  @Test
  void roundsFallInOrder() throws IOException {
    String rounds = SMALL + "training.steps = 100\nselection.rounds = ";
    RunConfig run = read(rounds + "[{ at = 10, keep = 36 }, { at = \"20%\", keep = 6 }]");

    assertThat(run.selection().resolve(100).rounds())
        .containsExactly(
            new SelectionRound(10, new Budget.Heads(36)),
            new SelectionRound(20, new Budget.Heads(6)));
    assertThat(problem(rounds + "[{ at = 10, keep = 5 }]").getMessage())
        .contains("method.keep: 6 heads after a round that keeps 5; expected at most 5");
    assertThat(problem(rounds + "[{ at = 9, keep = 7 }, { at = 10, keep = 8 }]").getMessage())
        .contains("selection.rounds: 8 heads after a round that keeps 7");
    assertThat(problem(rounds + "[{ at = 40, keep = 7 }]").getMessage())
        .contains("selection.rounds[0].at: step 40; expected a step before selection.at");
    assertThat(problem(rounds + "[{ at = 9, keep = 7 }, { at = 9, keep = 7 }]").getMessage())
        .contains("selection.rounds[0].at: step 9; expected a step before that of the next");
    assertThat(problem(rounds + "[{ at = 101, keep = 7 }]\nselection.at = never").getMessage())
        .contains("selection.rounds[0].at: beyond the end; expected at most 100");
    assertThat(problem(rounds + "[{ at = 9 }]").getMessage())
        .contains("1 problem\n")
        .contains("selection.rounds[0]");
    assertThat(problem(rounds + "36").getMessage()).contains("selection.rounds: 36; expected a");
  }

  @Test
  void onlyOneBudgetIsGiven() throws IOException {
    String files = SMALL.replace("method.keep = 6", "");

    assertThat(read(files + "method.keep-parameters = 9000").selection().budget())
        .isEqualTo(new Budget.Parameters(9000));
    assertThat(read(SMALL, "method.keep-fraction=0.25").selection().budget())
        .isEqualTo(new Budget.Fraction(0.25));
    assertThat(problem(SMALL + "method.keep-fraction = 0.5").getMessage())
        .contains("method.keep-fraction: given together with method.keep");
    assertThat(problem(files + "method.keep-fraction = 0").getMessage())
        .contains("method.keep-fraction: 0; expected a number above 0, at most 1");
  }

  @Test
  void budgetsThatNoHeadFitsAreRefused() throws IOException {
    List<AdapterSpec> heads =
        List.of(
            new AdapterSpec(new AdapterId(0, "a"), 10, 10, 2, 1f),
            new AdapterSpec(new AdapterId(1, "b"), 20, 30, 2, 1f));
    String files = SMALL.replace("method.keep = 6", "");

    RunConfig small = read(files + "method.keep-parameters = 40");
    assertThat(RunConfigChecks.againstHeads(small, heads))
        .extracting(ConfigProblem::expected)
        .containsExactly("at least 41, the size of the smallest head, of 142 in all");
    RunConfig fits = read(files + "method.keep-parameters = 41");
    assertThat(RunConfigChecks.againstHeads(fits, heads)).isEmpty();
    RunConfig share = read(files + "method.keep-fraction = 0.25");
    assertThat(RunConfigChecks.againstHeads(share, heads))
        .extracting(ConfigProblem::path)
        .containsExactly("method.keep-fraction");
    RunConfig plus = read(files + "method.name = \"weightlora+\"");
    assertThat(RunConfigChecks.againstHeads(plus, heads)).isEmpty();
    assertThat(RunConfigChecks.againstHeads(plus, heads.subList(0, 1))).hasSize(1);
    RunConfig steered = read(SMALL + "commands = [{ at = 4, set { method.keep = 3 } }]");
    assertThat(RunConfigChecks.againstHeads(steered, heads))
        .extracting(ConfigProblem::path)
        .containsExactly("commands[0].set.method.keep");
  }

  @Test
  void loopGroupsAndStopsOnlyWhereItIsTold() throws IOException {
    assertThat(read(SMALL).training().groupByLength()).isFalse();
    assertThat(read(SMALL).training().earlyStopping()).isNull();
    String more = "data.validation = train.tsv\ntraining.group-by-length = true\n";
    RunConfig run = read(SMALL + more + "training.early-stopping { patience = 3 }");

    assertThat(run.training().groupByLength()).isTrue();
    assertThat(run.training().earlyStopping())
        .isEqualTo(new RunConfig.Training.EarlyStopping(3, 0));
    assertThat(problem(SMALL + "training.group-by-length = often").getMessage())
        .contains("training.group-by-length: the text \"often\"; expected true or false");
    assertThat(problem(SMALL + "training.early-stopping = 3").getMessage())
        .contains("training.early-stopping: 3; expected a section { }");
  }

  @Test
  void earlyStoppingThatNothingCouldBringAboutIsRefused() throws IOException {
    String patience = "training.early-stopping.patience";
    assertThat(problem(SMALL + patience + " = 3").getMessage())
        .contains(patience + ": nothing is evaluated; expected data.validation to be set");
    String evaluated = SMALL + "data.validation = train.tsv\n";
    assertThat(
            problem(evaluated + patience + " = 3\ntraining.evaluate-every = at-end").getMessage())
        .contains(patience + ": training.evaluate-every is at-end");
    assertThat(problem(evaluated + "training.early-stopping.min-delta = 0.1").getMessage())
        .contains("training.early-stopping.min-delta: given without patience");
    assertThat(problem(evaluated + "training.early-stopping.patiense = 1").getMessage())
        .contains("unknown key (did you mean training.early-stopping.patience?)");
  }

  @Test
  void oneFlagTurnsARunIntoItsRival() throws IOException {
    RunConfig lora = read(SMALL + "optimizer.omega.lr = 1", "method.name=lora");
    RunConfig rand = read(SMALL + "selection.at = 9", "method.name=rand");

    assertThat(lora.selection()).isEqualTo(RunConfig.Selection.none(0));
    assertThat(rand.selection()).isEqualTo(RunConfig.Selection.none(6));
  }

  @Test
  void nullTakesBackWhatTheFileSays() throws IOException {
    Files.writeString(
        folder.resolve("run.conf"), SMALL + "method.rank = 4\nselection.rule = signed\n");

    RunConfig run =
        RunConfigReader.read(
            folder.resolve("run.conf"),
            List.of(
                "method.rank=null", "selection=null", "method.keep=null", "method.name=rslora"));

    assertThat(run.method().rank()).isEqualTo(8);
    assertThat(run.selection().keep()).isZero();
  }

  @Test
  void overridesWinAndTheirPathsCountFromTheCurrentFolder() throws IOException {
    Path elsewhere = folder.resolve("else where//#1.tsv");
    Files.createDirectories(elsewhere.getParent());
    Files.writeString(elsewhere, "");
    RunConfig run =
        read(
            SMALL,
            "optimizer.lr=5e-4",
            "method.target-modules=.*\\.(query|key)_proj",
            "selection.at=50%",
            "data.validation=" + elsewhere);

    assertThat(run.optimizer().lr()).isEqualTo(5e-4f);
    assertThat(run.method().target()).isEqualTo(new TargetRule.Regex(".*\\.(query|key)_proj"));
    assertThat(run.selection().at()).isEqualTo(StepCount.percent(50));
    assertThat(run.data().validation()).isEqualTo(elsewhere);
    assertThat(problem(SMALL, "optimiser.lr=1").getMessage()).contains("optimiser: unknown key");
    assertThat(problem(SMALL, "seed").getMessage()).contains("--set seed: expected path=value");
  }

  @Test
  void targetModulesTakeThreeForms() throws IOException {
    assertThat(read(SMALL).method().target()).isInstanceOf(TargetRule.AllLinear.class);
    assertThat(read(SMALL + "method.target-modules = [query_proj, dense]").method().target())
        .isEqualTo(new TargetRule.Names(List.of("query_proj", "dense")));
    assertThat(problem(SMALL + "method.target-modules = query_proj").getMessage())
        .contains("expected a list for names: [query_proj]");
    assertThat(problem(SMALL + "method.target-modules = \"(a\"").getMessage())
        .contains("expected a regular expression");
    assertThat(problem(SMALL + "method.target-modules = all-liner").getMessage())
        .contains("did you mean all-linear?");
  }

  @Test
  void commandsFollowTheRulesOfTheSettingsTheyChange() throws IOException {
    RunConfig run =
        read(SMALL + "commands = [{ at = 40, set { method.keep = 4, optimizer.lr = 1e-4 } }]");

    assertThat(run.commands().get(0).at()).isEqualTo(40);
    assertThat(run.commands().get(0).set())
        .containsEntry("method.keep", "4")
        .containsKey("optimizer.lr");
    assertThat(
            problem(
                    SMALL
                        + "commands = [{ at = 0, set { method.keep = 0 } },"
                        + " { at = 2, sett { } }, { at = 3, set { method.rank = 2 } }]")
                .getMessage())
        .contains("commands[0].at: 0; expected a whole number")
        .contains("commands[0].set.method.keep: 0; expected")
        .contains("commands[1].sett: unknown key; expected at or set (did you mean set?)")
        .contains("commands[2].set.method.rank: method.rank cannot change while a run goes on");
  }

  @Test
  void regressionMeasuresByMeanSquaredError() throws IOException {
    RunConfig run = read(SMALL + "task.kind = regression");

    assertThat(run.task().labels()).isEqualTo(1);
    assertThat(run.training().best()).isEqualTo(new RunConfig.Training.Metric("mse", false));
    assertThat(
            problem(SMALL + "task.kind = regression\ntraining.best.metric = accuracy").getMessage())
        .contains("expected one of mse, pearson, spearman, loss for regression");
  }

  @Test
  void epsFollowsFromTheConvention() throws IOException {
    RunConfig run = read(SMALL + "optimizer.kind = adamw-hf");

    assertThat(run.optimizer().kind()).isEqualTo(Kind.ADAMW_HF);
    assertThat(run.optimizer().eps()).isEqualTo(1e-6f);
  }

  @Test
  void brokenHoconNamesFileAndLine() throws IOException {
    UserProblem problem = problem("model.path = model\nmethod { keep = 6");

    assertThat(problem.exitCode()).isEqualTo(2);
    assertThat(problem.getMessage()).startsWith(folder.resolve("run.conf").toString());
  }

  @Test
  void missingRunConfIsNamedWithItsNeighbour() throws IOException {
    read(SMALL);
    UserProblem missing =
        catchThrowableOfType(
            UserProblem.class, () -> RunConfigReader.read(folder.resolve("rum.conf"), List.of()));
    UserProblem isFolder =
        catchThrowableOfType(UserProblem.class, () -> RunConfigReader.read(folder, List.of()));

    assertThat(missing.getMessage()).contains("no such file (did you mean run.conf?)");
    assertThat(isFolder.getMessage()).contains("is a folder").contains("run.conf");
  }

  private RunConfig read(String text, String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("run.conf"), text);
    return RunConfigReader.read(file, List.of(overrides));
  }

  private UserProblem problem(String text, String... overrides) throws IOException {
    Path file = Files.writeString(folder.resolve("run.conf"), text);
    UserProblem problem =
        catchThrowableOfType(
            UserProblem.class, () -> RunConfigReader.read(file, List.of(overrides)));
    assertThat(problem).as(text).isNotNull();
    return problem;
  }
}
