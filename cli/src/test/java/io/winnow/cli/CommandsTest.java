package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.StatusFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  @TempDir Path folder;
  private final FakeEngine engine = new FakeEngine();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Path conf;

  @BeforeEach
  void filesExist() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    Files.writeString(folder.resolve("model/config.json"), "{}");
    Files.writeString(folder.resolve("train.tsv"), "");
    conf = folder.resolve("small.conf");
    Files.writeString(conf, "model.path = model\ndata.train = train.tsv\nmethod.keep = 6\n");
  }

  @Test
  void finishedRunSaysWhatWasKeptDroppedAndSaved() {
    engine.end = new RunEnd.Finished(results());

    assertThat(winnow("train", conf, "--out", folder.resolve("o"))).isZero();

    assertThat(out())
        .contains("Finished: 625 steps in 0:36.\n")
        .contains("Stopped early: 3 evaluations in a row did not improve accuracy.\n")
        .contains("Kept 1 of 3 heads:\n  + layer.0.q\nDropped 2 heads:\n  - layer.0.k\n")
        .contains("adapter parameters  1,000 -> 250  (75.0 % less)")
        .contains("Adapter:    /somewhere/adapter");
    assertThat(new RunFolder(folder.resolve("o")).runConf()).content().contains("method.keep = 6");
    assertThat(engine.calls).containsExactly("check small", "train run", "close");
  }

  @Test
  void configurationIsCheckedBeforeTheFolderIsMade() {
    engine.problems.add(UserProblem.usage("method.keep: 6; expected at most 2, the heads"));

    assertThat(winnow("train", conf, "--out", folder.resolve("o"))).isEqualTo(2);

    assertThat(err())
        .isEqualTo(
            "winnow: " + conf + ": 1 problem\n  method.keep: 6; expected at most 2, the heads\n");
    assertThat(folder.resolve("o")).doesNotExist();
  }

  @Test
  void pausedRunSaysHowToGoOn() {
    assertThat(winnow("train", conf, "--workspace", folder.resolve("runs"))).isEqualTo(1);

    assertThat(out())
        .contains("Paused at step 7: K was changed to nothing")
        .contains("Go on with: winnow resume " + folder.resolve("runs/small"));
    assertThat(winnow("resume", "small", "--workspace", folder.resolve("runs")))
        .as(err())
        .isEqualTo(1);
    assertThat(err()).isEmpty();
    assertThat(engine.calls).contains("resume small");
  }

  @Test
  void interruptStopsInOrder() {
    engine.meanwhile = CommandsTest::interruptThisProcess;
    engine.end = new RunEnd.Stopped(7, 7);

    assertThat(winnow("train", conf, "--out", folder.resolve("o"))).isEqualTo(128 + 2);

    assertThat(engine.calls).contains("stop");
    assertThat(err()).contains("stopping after a checkpoint");
    assertThat(out()).contains("Stopped at step 7");
  }

  @Test
  void failureIsOneLineAndItsTraceIsInTheLog() {
    engine.failure = new IllegalStateException("step 812: gradient for a pruned head");

    assertThat(winnow("train", conf, "--out", folder.resolve("o"))).isEqualTo(1);

    Path log = folder.resolve("o/run.log");
    assertThat(err())
        .isEqualTo(
            "winnow: IllegalStateException: step 812: gradient for a pruned head; details in "
                + log
                + "\n");
    assertThat(log).content().contains("at io.winnow.cli.CommandsTest");
    assertThat(out()).isEmpty();
  }

  @Test
  void userProblemIsItsMessageAndExitCode() {
    engine.failure = UserProblem.failure("disk full");

    assertThat(winnow("train", conf, "--out", folder.resolve("o"))).isEqualTo(1);
    assertThat(err()).isEqualTo("winnow: disk full\n");
  }

  @Test
  void wrongUsageIsTwoAndNamesWhatWasMeant() {
    assertThat(winnow("tarin", conf)).isEqualTo(2);
    assertThat(err()).contains("winnow: Unmatched argument").contains("train");
    assertThat(winnow("predict", "x")).isEqualTo(2);
    assertThat(err()).contains("--data");
    assertThat(winnow("export", "x", "--to", "y", "--profile", "big")).isEqualTo(2);
    assertThat(winnow("resume", folder.resolve("nothing"))).isEqualTo(2);
    assertThat(err()).contains("nothing: no such folder or run");
  }

  @Test
  void validatePrintsWhatCanBeReadBack() {
    assertThat(winnow("validate", conf, "--set", "method.rank=4")).isZero();

    assertThat(out()).contains("method.rank = 4\n").contains("selection.at = \"40");
  }

  @Test
  void classesAreNamedInTheOrderOfTheirIndices() {
    engine.classes.addAll(List.of("negative", "positive"));
    String classes = "2 classes, by index: negative, positive\n";

    assertThat(winnow("validate", conf)).isZero();
    assertThat(out()).endsWith("# " + classes);
    out.reset();
    winnow("train", conf, "--out", folder.resolve("o"));
    assertThat(out()).startsWith(classes);
  }

  @Test
  void modelFolderTakesThePlaceOfTheOneInTheSettings() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("config.json"), "{}");

    assertThat(winnow("eval", other, "--config", conf)).as(err()).isZero();
    assertThat(out())
        .isEqualTo(
            "metric                value\n"
                + "accuracy              0.250000\n"
                + "matthews_correlation  NaN\n");
    assertThat(engine.calls).containsExactly("evaluate other null null", "close");
    assertThat(winnow("eval", other, "--config", conf, "--json")).isZero();
    assertThat(out()).endsWith("{\"accuracy\":0.25,\"matthews_correlation\":null}\n");
  }

  @Test
  void runsAreListedAndRemoved() {
    Path runs = folder.resolve("runs");
    winnow("train", conf, "--workspace", runs);
    new StatusFile("training", 7, 10, "").writeTo(new RunFolder(runs.resolve("small")));

    assertThat(winnow("runs", "--workspace", runs)).isZero();
    assertThat(out()).contains("small                    interrupted  step 7/10");
    assertThat(winnow("rm", "small", "--workspace", runs)).isZero();
    assertThat(engine.calls).contains("remove small");
    assertThat(runs.resolve("small")).doesNotExist();
  }

  @Test
  void helpListsEveryCommand() {
    assertThat(winnow()).isZero();
    assertThat(out()).contains("quickstart", "train", "resume", "bench", "test");
  }

  private static RunResults results() {
    return new RunResults(
        625,
        36.4,
        new TreeMap<>(),
        0,
        List.of("layer.0.q"),
        List.of("layer.0.k", "layer.0.v"),
        new RunResults.Size(1500, 1000, 12_000),
        new RunResults.Size(750, 250, 6_000),
        "3 evaluations in a row did not improve accuracy",
        Path.of("/somewhere/adapter"));
  }

  private static void interruptThisProcess() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Object interrupt = signal.getConstructor(String.class).newInstance("INT");
      signal.getMethod("raise", signal).invoke(null, interrupt);
      Thread.sleep(300); // signals are handled by a thread of the JVM
    } catch (ReflectiveOperationException | InterruptedException problem) {
      throw new IllegalStateException(problem);
    }
  }

  private int winnow(Object... arguments) {
    Terminal terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            100);
    CommandContext context =
        new CommandContext(() -> engine, terminal, new Logging(), Path.of(".."));
    String[] texts = new String[arguments.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = arguments[i].toString();
    }
    return CommandLines.of(context).execute(texts);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
