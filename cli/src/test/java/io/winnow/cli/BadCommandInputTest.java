package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.io.RunFolder;
import io.winnow.model.io.RunLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arguments that commands cannot use, beside a run that they could. */
class BadCommandInputTest {
  @TempDir static Path folder;
  private static QuickstartCopy quickstart;
  private static Path runs;
  private static Path run;

  @BeforeAll
  static void aRunIsThere() throws IOException {
    quickstart = new QuickstartCopy(folder);
    runs = folder.resolve("runs");
    run = runs.resolve("quickstart");
    String[] set = {"training.steps=4", "selection.at=2", "training.evaluate-every=4"};
    WinnowInProcess.Ended trained =
        winnow(
            "train",
            quickstart.conf(),
            "--workspace",
            runs,
            "--set",
            set[0],
            "--set",
            set[1],
            "--set",
            set[2]);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  @Test
  void unknownCommandOrOptionIsUsage() {
    winnow("tarin", quickstart.conf()).refused(2, "tarin", "winnow train");
    winnow("train", quickstart.conf(), "--sett", "a=b").refused(2, "--sett", "--set");
    winnow("train").refused(2, "run.conf", "--help");
    winnow("predict", run).refused(2, "--data");
    winnow("bench", "--steps", "many").refused(2, "--steps", "many");
  }

  @Test
  void unknownShapeIsAnsweredWithTheNearestOne() {
    winnow("bench", "--shape", "deberta-bas").refused(2, "'deberta-base'?", "deberta-tiny");
    winnow("bench", "--steps", "0").refused(2, "--steps", "at least 1");
  }

  @Test
  void unknownRunIsAnsweredWithTheNearestOne() {
    for (List<Object> command : commandsOn("quickstrat")) {
      winnow(command.toArray()).refused(2, "quickstrat: no such folder or run", "mean quickstart?");
    }
    winnow("inspect", runs.resolve("quickstrat")).refused(2, "no such folder", "mean quickstart?");
  }

  @Test
  void folderThatIsNoRunIsRefusedAndKept() {
    Path model = quickstart.path("model");
    for (List<Object> command : commandsOn(model)) {
      winnow(command.toArray()).refused(2, model + " is no run: it has no run.conf");
    }
    winnow("inspect", runs).refused(2, "is no run", "no adapter", "no model");
    assertThat(quickstart.path("model/model.safetensors")).exists();
  }

  @Test
  void folderWithoutStoreIsRefusedAndKept() {
    for (List<Object> command : commandsOn(folder)) {
      winnow(command.toArray()).refused(2, "has no store");
    }
    winnow("inspect", folder).refused(2, "has no store");
    assertThat(quickstart.conf()).exists();
  }

  private static List<List<Object>> commandsOn(Object name) {
    Path data = quickstart.path("test.tsv");
    return List.of(
        List.of("resume", name, "--workspace", runs),
        List.of("eval", name, "--workspace", runs),
        List.of("export", name, "--workspace", runs, "--to", folder.resolve("x")),
        List.of("predict", name, "--workspace", runs, "--data", data),
        List.of("rm", name, "--workspace", runs));
  }

  @Test
  void newRunIsNotPutOverAnother() throws IOException {
    winnow("train", quickstart.conf(), "--out", run).refused(2, "holds a run already", "resume");
    Path file = Files.writeString(folder.resolve("notes.txt"), "mine");
    winnow("train", quickstart.conf(), "--out", file).refused(2, "in use for something else");
    assertThat(file).hasContent("mine");
  }

  @Test
  void exportLeavesAFolderOfSomethingElseAlone() throws IOException {
    Path used = Files.createDirectories(folder.resolve("used"));
    Files.writeString(used.resolve("thesis.tex"), "mine");
    winnow("export", run, "--to", used).refused(2, "not an adapter folder", "give a new folder");
    winnow("export", run, "--to", used.resolve("thesis.tex")).refused(2, "is a file");
    winnow("export", run, "--to", folder.resolve("new"), "--profile", "big")
        .refused(2, "--profile", "big", "PORTABLE", "COMPACT");
    assertThat(used.resolve("thesis.tex")).hasContent("mine");
    assertThat(folder.resolve("new")).doesNotExist();
  }

  @Test
  void dataThatIsNotThereIsAnsweredWithTheNearestName() {
    Path wrong = quickstart.path("tset.tsv");
    winnow("predict", run, "--data", wrong).refused(2, "--data: " + wrong, "mean test.tsv?");
    winnow("eval", run, "--data", wrong).refused(2, "--data: " + wrong, "mean test.tsv?");
    winnow("predict", run, "--data", folder).refused(2, "--data", "is a folder");
  }

  @Test
  void dataWithoutTheColumnsOfTheRunIsRefused() throws IOException {
    Path other = Files.writeString(folder.resolve("other.tsv"), "sentences\tlabel\nfine .\t1\n");
    winnow("predict", run, "--data", other).refused(2, "no column 'sentence'", "'sentences'?");
    Path bare = Files.writeString(folder.resolve("bare.tsv"), "sentence\nfine .\n");
    winnow("eval", run, "--data", bare).refused(2, "no column 'label'");
    Path odd = Files.writeString(folder.resolve("odd.tsv"), "sentence\tlabel\nfine .\tgood\n");
    winnow("eval", run, "--data", odd).refused(1, "odd.tsv, line 2: unknown label 'good'");
  }

  @Test
  void runInUseIsRefusedWithTheProcess() {
    try (RunLock held = new RunFolder(run).lock()) {
      assertThat(held).isNotNull();
      winnow("resume", run).refused(1, "is in use by process " + ProcessHandle.current().pid());
      winnow("rm", run).refused(1, "is in use by process");
    }
    try (RunLock held = RunLock.take(runs.resolve(".winnow/store.lock"))) {
      assertThat(held).isNotNull();
      winnow("eval", run).refused(1, ".winnow is in use by process");
    }
    assertThat(run.resolve("adapter")).exists();
  }

  @Test
  void brokenModelIsToldBeforeARunGoesOn() throws IOException {
    Path weights = quickstart.path("model/model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(whole, 1000));
    try {
      winnow("resume", run).refused(1, "model.safetensors", "copy or download it again");
      winnow("eval", run).refused(1, "model.safetensors", "copy or download it again");
      winnow("inspect", quickstart.path("model")).refused(1, "model.safetensors");
    } finally {
      Files.write(weights, whole);
    }
  }

  @Test
  void brokenConfigurationOfARunIsRefused() throws IOException {
    Path conf = run.resolve("run.conf");
    String whole = Files.readString(conf);
    Files.writeString(conf, whole.replace("rank", "ranc"));
    try {
      winnow("resume", run).refused(2, conf.toString(), "method.ranc: unknown key");
    } finally {
      Files.writeString(conf, whole);
    }
  }

  @Test
  void brokenStoreIsRefused() throws IOException {
    Path store = runs.resolve(".winnow/store.mv.db");
    byte[] whole = Files.readAllBytes(store);
    try {
      Files.writeString(store, "this is no database");
      winnow("eval", run).refused(1, "the store", "cannot be opened");
      Files.write(store, new byte[whole.length]);
      winnow("eval", run).refused(1, "the store", "cannot be opened");
      winnow("resume", run).refused(1, "the store", "cannot be opened");
    } finally {
      Files.write(store, whole);
    }
    assertThat(winnow("eval", run).code()).isZero();
  }

  @Test
  void brokenAdapterIsRefused() throws IOException {
    Path adapter = Files.createDirectories(folder.resolve("adapter"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{\"peft_type\": \"IA3\"}");
    winnow("inspect", adapter).refused(1, "adapter_config.json", "IA3", "LORA");
    Files.writeString(adapter.resolve("adapter_config.json"), "{\"peft_type\": \"LORA\"}");
    winnow("inspect", adapter).refused(1, "adapter_model.safetensors");
  }
}
