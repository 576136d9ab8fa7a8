package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.client.RunClient;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may change when a run that was stopped goes on, and what is refused. */
class ResumeChangesTest {
  private static final List<String> SHORT =
      List.of("training.steps=14", "selection.at=6", "training.evaluate-every=7");

  @TempDir static Path folder;
  private static QuickstartCopy quickstart;
  private static Path undisturbed;

  @BeforeAll
  static void runUndisturbed() throws IOException {
    quickstart = new QuickstartCopy(Files.createDirectory(folder.resolve("files")));
    undisturbed = folder.resolve("undisturbed");
    List<Object> train = new ArrayList<>(List.of("train", quickstart.conf(), "--out", undisturbed));
    SHORT.forEach(set -> train.addAll(List.of("--set", set)));
    WinnowInProcess.Ended ended = winnow(train.toArray());
    assertThat(ended.code()).as(ended.err()).isZero();
  }

  /** A run that was stopped after a few steps, on these files. */
  private static Path stopped(String name, QuickstartCopy files) throws Exception {
    RunPlace place = Workspace.onlyRun(folder.resolve(name));
    place.folder().create();
    place.makeStore();
    String config = RunConfigWriter.render(RunConfigReader.read(files.conf(), SHORT));
    place.folder().write(place.folder().runConf(), config);
    RunId id = new RunId(place.runId());
    try (Bases bases = new Bases();
        WinnowNode node =
            WinnowNode.start(
                new NodeSettings(
                    place.store(),
                    1,
                    id::equals,
                    new FolderPlanner(bases),
                    new BaseSweeps(bases)))) {
      RunClient client = new RunClient(node, id);
      CountDownLatch begun = new CountDownLatch(3);
      client.follow(
          event -> {
            if (event instanceof RunEvent.StepDone) {
              begun.countDown();
            }
          });
      client.submit(config);
      begun.await();
      client.pause("a test said so").toCompletableFuture().join();
    }
    return place.folder().path();
  }

  private static QuickstartCopy copy(String name) throws IOException {
    return new QuickstartCopy(Files.createDirectory(folder.resolve(name)));
  }

  private static Path tensors(Path run) {
    return run.resolve("adapter/adapter_model.safetensors");
  }

  private static void assertDone(WinnowInProcess.Ended ended) {
    assertThat(ended.code()).as(ended.out() + ended.err()).isZero();
    assertThat(ended.out()).contains("Finished: 14 steps");
  }

  @Test
  void modelAndDataThatMovedGiveTheSameBytesAndAreKnownFromThenOn() throws Exception {
    QuickstartCopy files = copy("home");
    Path run = stopped("moved", files);
    Path home = folder.resolve("new home");
    Files.move(folder.resolve("home"), home);
    winnow("resume", run)
        .refused(2, "3 problems", "model.path: ", "data.train: ", "does not exist");

    WinnowInProcess.Ended ended =
        winnow(
            "resume",
            run,
            "--set",
            "model.path=" + home.resolve("model"),
            "--set",
            "data.train=" + home.resolve("train.tsv"),
            "--set",
            "data.validation=" + home.resolve("validation.tsv"));
    assertDone(ended);
    assertThat(ended.out()).contains("changed", "model.path = \"" + home.resolve("model") + "\"");
    assertThat(tensors(run)).hasSameBinaryContentAs(tensors(undisturbed));
    assertThat(run.resolve("run.conf")).content().contains(home.resolve("model").toString());
    assertDone(winnow("resume", run));
    assertThat(winnow("eval", run).code()).isZero();
  }

  @Test
  void finishedRunMayBeToldWhereItsModelIsAndNothingElse() throws Exception {
    QuickstartCopy files = copy("before");
    Path run = stopped("told", files);
    assertDone(winnow("resume", run));
    Path model = folder.resolve("model elsewhere");
    Files.move(files.path("model"), model);

    winnow("resume", run, "--set", "model.path=" + model, "--set", "optimizer.lr=1e-5")
        .refused(2, "optimizer.lr: was 0.002, is now 1.0E-5", "the run is finished");
    assertDone(winnow("resume", run, "--set", "model.path=" + model));
    assertThat(winnow("eval", run).code()).isZero();
  }

  @Test
  void changeOfTheRunsOwnFileIsTakenOverAsWhatItMeansFromNowOn() throws Exception {
    Path run = stopped("edited", quickstart);
    Path conf = run.resolve("run.conf");
    String text = Files.readString(conf);
    Files.writeString(
        conf,
        text.replace("optimizer.lr = 0.002", "optimizer.lr = 1e-3")
            .replace("workers.count = 0", "workers.count = 2"));
    assertDone(winnow("resume", run));

    assertThat(conf)
        .content()
        .contains("optimizer.lr = 0.002\n", "workers.count = 2\n")
        .containsPattern("commands = \\[\\{ at = \\d+, set \\{ optimizer.lr = \"0.001\" } }]");
    assertThat(Files.mismatch(tensors(run), tensors(undisturbed))).isNotNegative();
    Path again = folder.resolve("again");
    assertDone(winnow("train", conf, "--out", again));
    assertThat(tensors(run)).hasSameBinaryContentAs(tensors(again));
  }

  @Test
  void whatCannotChangeIsRefusedAtOnceAndTheRunGoesOnAsItWas() throws Exception {
    Path run = stopped("refused", quickstart);
    Path conf = run.resolve("run.conf");
    String text = Files.readString(conf);

    winnow("resume", run, "--set", "seed=9", "--set", "training.batch-size=32")
        .refused(
            2,
            conf + ": 2 problems",
            "seed: was 0, is now 9: it cannot change, since everything random follows from it",
            "training.batch-size: was 16, is now 32: it cannot change, since position",
            "begin a new run with it: winnow train " + conf);
    winnow("resume", run, "--set", "optimiser.lr=1").refused(2, "optimiser: unknown key");
    otherWeightsAreRefused(run);
    otherExamplesAreRefused(run);
    assertThat(conf).hasContent(text);
    assertDone(winnow("resume", run));
    assertThat(tensors(run)).hasSameBinaryContentAs(tensors(undisturbed));
  }

  private static void otherWeightsAreRefused(Path run) throws IOException {
    QuickstartCopy other = copy("other weights");
    Path weights = other.path("model/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);

    winnow("resume", run, "--set", "model.path=" + other.path("model"))
        .refused(1, "its base weights are ", ", the run was begun with ", "the same model folder");
  }

  private static void otherExamplesAreRefused(Path run) throws IOException {
    QuickstartCopy other = copy("other examples");
    String text = other.read("train.tsv");
    other.write("train.tsv", text.substring(0, text.lastIndexOf('\n', text.length() - 2) + 1));

    winnow("resume", run, "--set", "data.train=" + other.path("train.tsv"))
        .refused(1, "the data or the tokenizer is ", ", the run was begun with ");
  }
}
