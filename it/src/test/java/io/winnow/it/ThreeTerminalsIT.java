package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Types the README's section of a cluster in three terminals, in its order and with its Ctrl-C's.
 * The words are those of the README but for what a machine may lack: ports that are free, and
 * timings for a machine that is busy.
 */
class ThreeTerminalsIT {
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final String SECTION = "## A cluster, in three terminals";
  private static final String COMMAND = "    ./winnow ";
  private static final int CTRL_C = 130;

  @TempDir Path folder;

  private final List<WinnowProcess> open = new ArrayList<>();
  private List<String> left = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    copy(HOME.resolve("conf"), folder.resolve("conf"));
    String text = Files.readString(HOME.resolve("README.md"));
    assertThat(text).contains(SECTION);
    Path conf = folder.resolve("conf/node.conf");
    String settings = Files.readString(conf);
    for (String port : List.of("2551", "2552", "8551")) {
      String free = "" + TestCluster.freePort();
      text = text.replaceAll("\\b" + port + "\\b", free);
      settings = settings.replaceAll("\\b" + port + "\\b", free);
    }
    Files.writeString(conf, settings);
    text = text.replace("timings=fast", "timings=" + TestCluster.TIMINGS);
    left =
        text.substring(text.indexOf(SECTION))
            .lines()
            .skip(1)
            .takeWhile(line -> !line.startsWith("## "))
            .filter(line -> line.startsWith(COMMAND))
            .map(line -> line.substring(COMMAND.length()))
            .collect(Collectors.toCollection(ArrayList::new));
  }

  @AfterEach
  void endProcesses() {
    open.forEach(WinnowProcess::close);
  }

  @Test
  void everyCommandDoesWhatTheReadmeSays() throws Exception {
    WinnowProcess first = typeNext("node --set timings");
    awaitPrinted(first, " is up: control, adapters, worker");
    WinnowProcess second = typeNext("node --set timings");
    awaitPrinted(second, " is up: control, adapters, worker");

    WinnowProcess train = typeNext("train conf/quickstart/run.conf");
    awaitPrinted(train, "loss");
    train.interrupt();
    assertThat(train.await()).as(train.printed()).isEqualTo(CTRL_C);
    assertThat(train.printed())
        .contains("submitted as quickstart to", "Detached; the run goes on.")
        .contains("winnow attach quickstart --cluster");
    assertThat(done("runs")).containsPattern("quickstart +running +step \\d+/625");
    assertThat(done("set")).contains("optimizer.lr = 1e-3  from the next step on");
    assertThat(done("pause")).contains("Paused at step");

    WinnowProcess resume = typeNext("resume");
    awaitPrinted(resume, "loss");
    resume.interrupt();
    assertThat(resume.await()).as(resume.printed()).isEqualTo(CTRL_C);
    second.interrupt();
    assertThat(second.await()).as(second.printed()).isZero();
    assertThat(second.printed()).contains("left the cluster");

    assertThat(done("attach")).contains("Finished: 625 steps", "Kept 6 of 24 heads:");
    done("node --port 0 --role none");
    assertThat(folder.resolve("runs/quickstart/adapter/adapter_model.safetensors")).exists();
    assertThat(folder.resolve("runs/quickstart/results.json")).exists();
    assertThat(done("rm")).contains("deleted quickstart");
    first.interrupt();
    assertThat(first.await()).as(first.printed()).isZero();
    assertThat(left).isEmpty();
  }

  /** Types the next command of the README, which is this one. */
  private WinnowProcess typeNext(String expected) throws IOException {
    String command = left.remove(0);
    assertThat(command).startsWith(expected);
    WinnowProcess process = WinnowProcess.start(folder, command.split(" +"));
    open.add(process);
    return process;
  }

  /** Types the next command, and gives what it printed when it has ended well. */
  private String done(String expected) throws IOException, InterruptedException {
    WinnowProcess process = typeNext(expected);
    assertThat(process.await()).as(process.printed() + open.get(0).printed()).isZero();
    return process.printed();
  }

  private static void awaitPrinted(WinnowProcess process, String text) throws Exception {
    assertThat(process.runsUntil(() -> TestCluster.printed(process).contains(text)))
        .as(TestCluster.printed(process))
        .isTrue();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }
}
