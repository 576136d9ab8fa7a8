package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of a few steps, its adapter, and runs that begin with that. */
class ImportCommandTest {
  private static final List<String> SHORT =
      List.of(
          "training.steps=8", "selection.at=4", "training.evaluate-every=8", "checkpoint.every=3");

  @TempDir static Path shared;
  private static Path exported;

  @TempDir Path folder;
  private QuickstartCopy files;
  private Path adapter;

  @BeforeAll
  static void trainOne() throws IOException {
    QuickstartCopy quickstart = new QuickstartCopy(Files.createDirectory(shared.resolve("files")));
    exported = train(quickstart, shared.resolve("first")).resolve("adapter");
  }

  @BeforeEach
  void copy() throws IOException {
    files = new QuickstartCopy(Files.createDirectory(folder.resolve("files")));
    adapter = Files.createDirectory(folder.resolve("adapter"));
    for (String name :
        List.of("adapter_config.json", "adapter_model.safetensors", "weightlora.json")) {
      Files.copy(exported.resolve(name), adapter.resolve(name));
    }
  }

  private static Path train(QuickstartCopy files, Path out) {
    List<Object> command = new ArrayList<>(List.of("train", files.conf(), "--out", out));
    SHORT.forEach(set -> command.addAll(List.of("--set", set)));
    WinnowInProcess.Ended ended = winnow(command.toArray());
    assertThat(ended.code()).as(ended.err()).isZero();
    return out;
  }

  private WinnowInProcess.Ended imported(Object... more) {
    List<Object> command = new ArrayList<>(List.of("import", adapter, "--into", files.conf()));
    command.addAll(List.of(more));
    return winnow(command.toArray());
  }

  @Test
  void oneLineIsAddedAndWhatIsTakenOverIsTold() {
    String before = files.read("run.conf");

    WinnowInProcess.Ended dry = imported("--dry-run");
    assertThat(dry.code()).as(dry.err()).isZero();
    assertThat(dry.out())
        .contains("6 heads begin with the adapter's values")
        .contains("18 heads begin anew")
        .contains("trained in full, from the adapter: ")
        .contains("classifier.weight")
        .contains("nothing was written");
    assertThat(files.read("run.conf")).isEqualTo(before);

    WinnowInProcess.Ended done = imported();
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(files.read("run.conf"))
        .isEqualTo(before + "method.start-from = \"" + adapter + "\"\n");
    assertThat(imported().code()).isZero();
    assertThat(files.read("run.conf"))
        .isEqualTo(before + "method.start-from = \"" + adapter + "\"\n");
    assertThat(folder.resolve("files")).isDirectoryNotContaining("glob:**/.run.conf*");
  }

  @Test
  void runGoesOnWhereTheAdapterWasAndIsTheSameWhenItWasKilledBeforeItBegan() throws Exception {
    assertThat(imported().code()).isZero();
    Path run = train(files, folder.resolve("run"));
    List<String> rows = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertThat(rows).isNotEmpty();

    RunPlace killed = Workspace.onlyRun(folder.resolve("killed"));
    killed.folder().create();
    killed.makeStore();
    killed
        .folder()
        .write(
            killed.folder().runConf(),
            RunConfigWriter.render(RunConfigReader.read(files.conf(), SHORT)));
    WinnowInProcess.Ended resumed = winnow("resume", killed.folder().path());
    assertThat(resumed.code()).as(resumed.err()).isZero();
    String weights = "adapter/adapter_model.safetensors";
    assertThat(killed.folder().path().resolve(weights))
        .hasSameBinaryContentAs(run.resolve(weights));
    assertThat(Files.mismatch(run.resolve(weights), exported.resolve("adapter_model.safetensors")))
        .isNotEqualTo(-1);
  }

  @Test
  void adapterThatChangedIsRefusedWhereverTheRunIsRead() throws Exception {
    assertThat(imported().code()).isZero();
    Path run = train(files, folder.resolve("run"));
    String config = Files.readString(adapter.resolve("adapter_config.json"));
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        config.replaceFirst("\"lora_alpha\": \\d+", "\"lora_alpha\": 77"));

    winnow("inspect", run).refused(1, "method.start-from: the adapter there is", "begun with");
    winnow("export", run, "--to", folder.resolve("out")).refused(1, "restore its folder");

    Path moved = folder.resolve("moved");
    Files.move(adapter, moved);
    Files.writeString(moved.resolve("adapter_config.json"), config);
    winnow("inspect", run).refused(1, "adapter_config.json");
    WinnowInProcess.Ended told = winnow("resume", run, "--set", "method.start-from=" + moved);
    assertThat(told.code()).as(told.err()).isZero();
    assertThat(winnow("inspect", run).code()).isZero();
  }

  @Test
  void whatCannotBeImportedIsRefusedAndNothingIsWritten() {
    String before = files.read("run.conf");
    winnow("import", folder.resolve("adaptor"), "--into", files.conf())
        .refused(2, "no such adapter folder", "adapter");
    winnow("import", adapter, "--into", folder.resolve("files/run.config"))
        .refused(2, "--into", "run.conf");
    winnow("import", folder.resolve("files/model"), "--into", files.conf())
        .refused(2, "method.start-from", "holds no adapter_config.json");
    files.write("run.conf", before.replace("name = weightlora", "name = rand"));
    imported().refused(2, "rand draws its heads by the seed");
    files.write("run.conf", before.replace("keep = 6 ", "train-head = false, keep = 6 "));
    imported().refused(2, "set method.train-head = true");
    files.write("run.conf", "{\n" + before + "}\n");
    WinnowInProcess.Ended braces = imported();
    assertThat(braces.code()).isEqualTo(1);
    assertThat(braces.err()).contains("put this into it yourself: method.start-from = ");
    assertThat(files.read("run.conf")).isEqualTo("{\n" + before + "}\n");
    assertThat(folder.resolve("files")).isDirectoryNotContaining("glob:**/.run.conf*");
  }
}
