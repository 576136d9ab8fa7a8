package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.cli.Comparison.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Six runs of twelve steps on the quickstart's model, compared as a user would. */
class CompareTest {
  private static final List<Object> WHAT =
      List.of("--methods", "lora,weightlora,rand", "--keep", "3", "--seeds", "2");

  /** Columns that tell of time, or of which worker did what. */
  private static final Set<String> VARYING = Set.of("seconds", "compute_seconds", "sent_bytes");

  @TempDir static Path folder;

  private static QuickstartCopy task;
  private static Path undisturbed;
  private static WinnowInProcess.Ended ended;

  @BeforeAll
  static void compareOnce() throws IOException {
    task = new QuickstartCopy(Files.createDirectory(folder.resolve("task")));
    cut("train.tsv", 73);
    cut("validation.tsv", 41);
    task.replace("run.conf", "epochs = 5        # 625 steps", "steps = 12");
    task.replace("run.conf", "at = 250", "at = 5");
    task.replace("run.conf", "evaluate-every = 125", "evaluate-every = at-end");
    task.replace("run.conf", "checkpoint.every = 100", "checkpoint.every = 4");
    undisturbed = folder.resolve("undisturbed");
    ended = compare("--out", undisturbed);
  }

  private static void cut(String file, int lines) {
    task.write(
        file, task.read(file).lines().limit(lines).collect(Collectors.joining("\n", "", "\n")));
  }

  private static WinnowInProcess.Ended compare(Object... more) {
    List<Object> words = new ArrayList<>(List.of("compare", task.conf()));
    words.addAll(WHAT);
    words.addAll(Arrays.asList(more));
    return winnow(words.toArray());
  }

  private static List<List<String>> csv(Path file) throws IOException {
    List<String[]> lines = Files.readAllLines(file).stream().map(l -> l.split(",", -1)).toList();
    List<Integer> same =
        IntStream.range(0, lines.get(0).length)
            .filter(i -> !VARYING.contains(lines.get(0)[i]))
            .boxed()
            .toList();
    return lines.stream().map(line -> same.stream().map(i -> line[i]).toList()).toList();
  }

  private static void assertSameTables(Path comparison) throws IOException {
    for (String name : List.of("table.csv", "runs.csv")) {
      assertThat(csv(comparison.resolve(name))).isEqualTo(csv(undisturbed.resolve(name)));
    }
  }

  @Test
  void tableHasARowForEachMethodWithItsSpreadAndItsDifference() throws IOException {
    assertThat(ended.code()).as(ended.err() + ended.out()).isZero();
    assertThat(ended.out())
        .contains("accuracy", "± ", "6 of 6 runs finished", "difference: to lora")
        .doesNotContain("No plot");
    assertThat(Files.readString(undisturbed.resolve("table.txt")).lines())
        .allMatch(line -> line.length() <= 110);
    List<List<String>> rows = csv(undisturbed.resolve("table.csv"));
    assertThat(rows).hasSize(4);
    assertThat(rows.get(0).subList(0, 4)).containsExactly("method", "keep", "seeds", "metric");
    assertThat(rows.get(1).subList(0, 4)).containsExactly("lora", "", "2", "accuracy");
    assertThat(rows.get(2).subList(0, 4)).containsExactly("weightlora", "3", "2", "accuracy");
    assertThat(csv(undisturbed.resolve("runs.csv"))).hasSize(7);
  }

  @Test
  void jsonHasTheSameNumbersAndThoseOfTheRuns() throws IOException {
    JsonNode table = new ObjectMapper().readTree(undisturbed.resolve("table.json").toFile());
    JsonNode selected = table.path("rows").path(1);

    assertThat(table.path("metric").asText()).isEqualTo("accuracy");
    assertThat(selected.path("kept_heads").asDouble()).isEqualTo(3);
    assertThat(selected.path("difference").path("to").asText()).isEqualTo("lora");
    double sum = 0;
    for (JsonNode run : selected.path("runs")) {
      Path results = undisturbed.resolve(run.path("run").asText()).resolve("results.json");
      JsonNode own = new ObjectMapper().readTree(results.toFile());
      assertThat(run.path("value")).isEqualTo(own.path("metrics").path("accuracy"));
      assertThat(run.path("sent_bytes")).isEqualTo(own.path("communicated_bytes"));
      assertThat(run.path("sent_bytes").asLong()).isPositive();
      sum += run.path("value").asDouble();
    }
    assertThat(selected.path("mean").asDouble()).isEqualTo(sum / 2);
    assertThat(selected.path("sent_bytes").asDouble())
        .isLessThan(table.path("rows").path(0).path("sent_bytes").asDouble());
  }

  @Test
  void plotsAreDrawn() throws IOException {
    assertThat(Files.readString(undisturbed.resolve("plot.svg"))).contains("<svg", "<path");
    assertThat(Files.readAllBytes(undisturbed.resolve("plot.png"))).startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void aRunOfAComparisonHasTheBytesOfTheSameRunAlone() {
    Path run = undisturbed.resolve("weightlora-k3-seed1");
    Path alone = folder.resolve("alone");
    assertThat(winnow("train", run.resolve("run.conf"), "--out", alone).code()).isZero();

    assertThat(run.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(alone.resolve("adapter/adapter_model.safetensors"));
    assertThat(winnow("runs", "--workspace", undisturbed).out().lines())
        .hasSize(6)
        .allMatch(line -> line.contains("finished"));
  }

  @Test
  void stoppedInTheMiddleItGoesOnToTheSameTable() throws Exception {
    Path stopped = folder.resolve("stopped");
    assertThat(compare("--out", stopped, "--dry-run").out()).contains("6 runs of 12 steps");
    assertThat(stopped).doesNotExist();
    stopAfterSteps(stopped, 6);

    WinnowInProcess.Ended resumed = winnow("compare", stopped);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("going on after step");
    assertSameTables(stopped);

    WinnowInProcess.Ended again = compare("--out", stopped);
    assertThat(again.code()).isZero();
    assertThat(again.out()).doesNotContain("begun", "going on").contains("6 of 6 runs finished");
  }

  /** As a first Ctrl-C would, once a run has done so many steps. */
  private static void stopAfterSteps(Path target, long steps) throws InterruptedException {
    ComparisonFolder comparison = new ComparisonFolder(target);
    Comparison what = Comparison.read(undisturbed.resolve("compare.json"));
    comparison.begin(what);
    List<RunEnd> ends = new ArrayList<>();
    try (Engine engine = new ActorEngine();
        RunGroup group = engine.group(comparison.store(), 2)) {
      ComparisonRuns[] runs = new ComparisonRuns[1];
      runs[0] =
          new ComparisonRuns(
              comparison,
              group,
              what.cells(),
              new ComparisonRuns.Listener() {
                @Override
                public RunListener of(Cell cell) {
                  return event -> {
                    if (event instanceof RunEvent.StepDone step && step.step() >= steps) {
                      runs[0].stop();
                    }
                  };
                }

                @Override
                public synchronized void ended(Cell cell, RunEnd end) {
                  ends.add(end);
                }
              });
      runs[0].work(2);
    }
    assertThat(ends).hasSize(2).hasAtLeastOneElementOfType(RunEnd.Stopped.class);
  }

  @Test
  void resultsThatAreGoneAreTakenFromTheStoreAgain() throws IOException {
    Path copy = folder.resolve("copy");
    copy(undisturbed, copy);
    Files.delete(copy.resolve("lora-seed0/results.json"));
    new io.winnow.model.io.RunFolder(copy.resolve("rand-k3-seed1")).delete();

    assertThat(winnow("compare", copy).code()).isZero();
    assertSameTables(copy);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  // ------------------------------------------------------------------ what is refused

  @Test
  void anotherCommandOntoAComparisonIsRefusedWithWhatDiffers() {
    compare("--out", undisturbed, "--set", "optimizer.lr=1e-4")
        .refused(2, "another comparison", "optimizer.lr: 0.002 before, 1.0E-4 now", "--out DIR");
    winnow(
            "compare",
            task.conf(),
            "--methods",
            "lora,weightlora",
            "--keep",
            "3",
            "--seeds",
            "3",
            "--out",
            undisturbed)
        .refused(2, "--methods: [lora, weightlora, rand] before", "--seeds: [0, 1] before");
  }

  @Test
  void aFolderOfAComparisonSaysItselfWhatIsCompared() {
    winnow("compare", undisturbed, "--seeds", "5").refused(2, "says itself", "--seeds");
    winnow("compare", folder.resolve("task")).refused(2, "compare.json", "run.conf");
  }

  @Test
  void aFolderOfSomethingElseIsLeftAlone() {
    compare("--out", folder.resolve("task")).refused(2, "in use for something else", "--out");
  }

  @Test
  void wrongArgumentsAreRefusedByName() {
    Object[] methods = {"compare", task.conf(), "--methods", "lora,weigtlora"};
    winnow(methods).refused(2, "weigtlora", "did you mean weightlora?");
    winnow("compare", task.conf()).refused(2, "--methods", "rslora");
    winnow("compare", task.conf(), "--methods", "lora", "--set", "weigtlora:method.rank=2")
        .refused(2, "--set weigtlora", "did you mean weightlora?");
    winnow("compare", task.conf(), "--methods", "lora", "--set", "lora:method.keep=2")
        .refused(2, "--set lora:method.keep", "no meaning");
    winnow("compare", task.conf(), "--methods", "lora", "--seeds", "0")
        .refused(2, "--seeds 0", "at least 1");
    winnow("compare", task.conf(), "--methods", "rand", "--keep", "0").refused(2, "--keep 0");
    winnow("compare", task.conf(), "--methods", "lora", "--parallel", "0")
        .refused(2, "--parallel 0");
  }

  @Test
  void whatIsWrongWithAnyRunIsSaidBeforeTheFirst() {
    winnow("compare", task.conf(), "--methods", "lora,rand", "--keep", "5,99", "--dry-run")
        .refused(2, "rand-k99-seed0", "99 heads", "24");
  }

  @Test
  void withoutValidationDataThereIsNothingToCompare() throws IOException {
    Path conf = task.path("blind.conf");
    Files.writeString(
        conf,
        task.read("run.conf").replace("validation = validation.tsv", "").replace("name =", "#"));
    winnow("compare", conf, "--methods", "lora").refused(2, "data.validation", "--set");
  }
}
