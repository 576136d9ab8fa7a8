package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations that cannot be used: exit code 2, before anything is loaded. */
class BadInputTest {
  @TempDir Path folder;
  private QuickstartCopy quickstart;

  @BeforeEach
  void copy() throws IOException {
    quickstart = new QuickstartCopy(folder);
  }

  @Test
  void unknownKeyIsAnsweredWithTheNearestOne() {
    quickstart.refusedSetting("method.ranc=4", "method.ranc: unknown key", "method.rank?");
    quickstart.refusedSetting("learning.rate=1", "learning: unknown key");
    quickstart.replace("run.conf", "batch-size", "batchsize");
    quickstart.refused(2, "run.conf", "training.batchsize: unknown key", "training.batch-size?");
  }

  @Test
  void wrongTypeSaysWhatWasFoundAndExpected() {
    quickstart.refusedSetting("method.rank=many", "method.rank", "many", "a whole number");
    quickstart.refusedSetting("optimizer.lr=[1]", "optimizer.lr", "[1]", "a number");
    quickstart.refusedSetting("selection.omega-after=[2]", "selection.omega-after");
    quickstart.refusedSetting("checkpoint=3", "checkpoint: 3", "a section");
    quickstart.refusedSetting("task.kind=clasification", "task.kind", "classification?");
    quickstart.refusedSetting("selection.at=soon", "selection.at", "a share like");
  }

  @Test
  void valueOutOfRangeNamesTheRange() {
    quickstart.refusedSetting("method.keep=0", "method.keep: 0", "of at least 1");
    quickstart.refusedSetting("optimizer.lr=-1", "optimizer.lr: -1", "a number");
    quickstart.refusedSetting("data.max-length=3", "data.max-length: 3", "of at least 8");
    quickstart.refusedSetting("selection.at=900", "selection.at: step 900", "at most 625");
  }

  @Test
  void illegalNameOfARunIsRefused() {
    quickstart.refusedSetting("name=../elsewhere", "name: ../elsewhere", "letters, digits");
  }

  @Test
  void keepAboveTheNumberOfHeadsIsAnsweredWithTheLargestK() {
    quickstart.refusedSetting("method.keep=25", "method.keep: 25 heads", "24 or less");
  }

  @Test
  void unknownTargetModuleIsAnsweredWithTheNearestOne() {
    quickstart.refusedSetting(
        "method.target-modules=[query_prj]", "method.target-modules", "did you mean 'query_proj'?");
    quickstart.refusedSetting("method.target-modules=\".*nothing\"", "matches no linear layer");
    quickstart.refusedSetting("method.target-modules=\"(\"", "a regular expression");
  }

  @Test
  void missingFilesAreAnsweredWithTheNearestName() {
    quickstart.replace("run.conf", "train = train.tsv", "train = trian.tsv");
    quickstart.replace("run.conf", "path = model", "path = modell");
    quickstart.refused(
        2, "2 problems", "data.train: ", "mean train.tsv?", "model.path: ", "mean model?");
  }

  @Test
  void modelFolderWithoutConfigIsRefused() throws IOException {
    Files.delete(quickstart.path("model/config.json"));
    quickstart.refused(2, "model.path: ", "holds no config.json");
  }

  @Test
  void missingConfigurationIsAnsweredWithTheNearestName() {
    String[] words = {"rum.conf: no such file", "did you mean run.conf?"};
    winnow("train", folder.resolve("rum.conf")).refused(2, words);
    winnow("validate", folder.resolve("rum.conf")).refused(2, words);
    winnow("train", folder).refused(2, "is a folder", "did you mean its run.conf?");
    winnow("train", folder.resolve("no/run.conf")).refused(2, "does not exist");
  }

  @Test
  void textThatIsNoConfigurationIsRefusedByLine() {
    quickstart.write("run.conf", "name = a\nmodel { path = \n");
    quickstart.refused(2, "run.conf: ");
    quickstart.write("run.conf", "model.path = ${nowhere}\n");
    quickstart.refused(2, "run.conf: 1", "nowhere");
    quickstart.write("run.conf", "");
    quickstart.refused(2, "model.path: not set", "data.train: not set", "method.keep: not set");
  }

  @Test
  void settingWithoutValueIsRefused() {
    String[] words = {"--set method.rank: expected path=value"};
    quickstart.refused(2, List.of("method.rank"), words);
    quickstart.refused(2, List.of("=4"), "expected path=value");
    quickstart.refused(2, List.of("a..b=4"), "a..b is no valid path");
  }

  @Test
  void overrideWinsOverTheOtherWayToSayTheSame() {
    assertThat(validated("training.steps=60")).contains("steps = 60\n").doesNotContain("epochs");
    assertThat(validated("schedule.warmup-steps=7")).contains("warmup-steps = 7");
    quickstart.replace("run.conf", "epochs = 5 ", "steps = 60 ");
    quickstart.replace("run.conf", "warmup-ratio = 0.06", "warmup-steps = 7");
    quickstart.replace("run.conf", "at = 250 ", "at = 25 ");
    assertThat(validated("training.epochs=2")).contains("epochs = 2").doesNotContain("steps = 60");
    assertThat(validated("schedule.warmup-ratio=0.5")).doesNotContain("warmup-steps");
  }

  @Test
  void contradictionWithinTheFileOrTheCommandLineIsRefused() {
    quickstart.refused(
        2,
        List.of("training.steps=60", "training.epochs=2", "selection.at=25"),
        "training.epochs: given together with training.steps");
    quickstart.replace("run.conf", "epochs = 5 ", "epochs = 5, steps = 600 ");
    quickstart.refused(2, "training.epochs: given together with training.steps");
  }

  private String validated(String setting) {
    WinnowInProcess.Ended ended =
        winnow(
            "validate",
            quickstart.conf(),
            "--set",
            setting,
            "--set",
            "training.evaluate-every=9",
            "--set",
            "selection.at=9");
    assertThat(ended.code()).as(ended.err()).isZero();
    return ended.out();
  }
}
