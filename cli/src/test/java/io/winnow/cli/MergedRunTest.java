package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.actors.client.LocalSweeps;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.client.TaskModel;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.SafeTensorsWriter;
import io.winnow.model.io.Workspace;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run, its merged model, and its adapter on the bare model are one and the same. */
class MergedRunTest {
  @TempDir static Path folder;
  private static QuickstartCopy quickstart;
  private static Path run;
  private static Path merged;

  @BeforeAll
  static void trainAndMerge() throws IOException {
    quickstart = new QuickstartCopy(folder);
    run = folder.resolve("run");
    merged = folder.resolve("merged");
    WinnowInProcess.Ended trained =
        winnow(
            "train",
            quickstart.conf(),
            "--out",
            run,
            "--set",
            "training.steps=60",
            "--set",
            "selection.at=25",
            "--set",
            "training.evaluate-every=60");
    assertThat(trained.code()).as(trained.err()).isZero();
    WinnowInProcess.Ended done = winnow("merge", run, "--to", merged);
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).contains("folded 6 heads of step 60", merged.toString());
  }

  @Test
  void evalOfTheMergedModelIsThatOfTheRun() {
    requireSame(metrics("eval", merged, "--config", quickstart.conf(), "--json"));
  }

  @Test
  void evalOfBaseAndExportedAdapterIsThatOfTheRun() {
    Path adapter = folder.resolve("exported");
    assertThat(winnow("export", run, "--to", adapter, "--profile", "compact").code()).isZero();
    Path base = quickstart.path("model");
    requireSame(
        metrics("eval", base, "--config", quickstart.conf(), "--adapter", adapter, "--json"));
  }

  @Test
  void adapterFolderIsMergedWithItsBase() {
    Path target = folder.resolve("from-adapter");
    Path base = quickstart.path("model");
    WinnowInProcess.Ended done =
        winnow("merge", run.resolve("adapter"), "--model", base, "--to", target);
    assertThat(done.code()).as(done.err()).isZero();
    requireSame(metrics("eval", target, "--config", quickstart.conf(), "--json"));
    JsonNode config = JsonFiles.readObject(target.resolve("config.json"));
    assertThat(config.path("id2label").toString()).isEqualTo("{\"0\":\"0\",\"1\":\"1\"}");
  }

  private static void requireSame(JsonNode found) {
    JsonNode expected = metrics("eval", run, "--json");
    assertThat(found.properties()).hasSameSizeAs(expected.properties());
    expected
        .properties()
        .forEach(
            metric ->
                assertThat(found.path(metric.getKey()).asDouble(Double.NaN))
                    .as(metric.getKey())
                    .isCloseTo(metric.getValue().asDouble(), within(1e-5)));
  }

  private static JsonNode metrics(Object... command) {
    WinnowInProcess.Ended ended = winnow(command);
    assertThat(ended.code()).as(ended.err()).isZero();
    try {
      return new ObjectMapper().readTree(ended.out());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(ended.out(), e);
    }
  }

  @Test
  void logitsOfTheMergedModelAreThoseOfTheRun() {
    TaskModel plain = TaskModel.of(settings(merged), null);
    requireSame(logits(plain), logits(TaskModel.of(storedRun())));
  }

  private static StoredRun storedRun() {
    RunPlace place = Workspace.existingRun(run);
    try (Bases bases = new Bases();
        WinnowNode node =
            WinnowNode.start(
                new NodeSettings(
                    place.store(),
                    0,
                    id -> false,
                    new FolderPlanner(bases),
                    new BaseSweeps(bases)))) {
      return StoredRun.read(node, new RunClient(node, new RunId(place.runId())).view());
    }
  }

  /** PEFT's own ways to scale: a rank and an alpha of one module, alpha by the root of the rank. */
  @Test
  void ranksAndScalesOfAPeftFolderAreFoldedIn() throws IOException {
    Path adapter = peftFolder();
    Path target = folder.resolve("from-peft");
    WinnowInProcess.Ended done = winnow("merge", adapter, "--model", merged, "--to", target);
    assertThat(done.code()).as(done.err()).isZero();

    List<float[]> expected = logits(TaskModel.of(settings(merged), adapter));
    requireSame(logits(TaskModel.of(settings(target), null)), expected);
    float[] before = logits(TaskModel.of(settings(merged), null)).get(0);
    assertThat(Math.abs(before[0] - expected.get(0)[0])).isGreaterThan(1e-3f);
  }

  private static Path peftFolder() throws IOException {
    Path adapter = Files.createDirectories(folder.resolve("peft"));
    String block = "deberta.encoder.layer.1.attention.self.";
    Files.writeString(
        adapter.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "task_type": "SEQ_CLS", "r": 2, "lora_alpha": 3, "use_rslora": true,
         "target_modules": ["query_proj", "value_proj"],
         "rank_pattern": {"^%1$svalue_proj": 4}, "alpha_pattern": {"^%1$svalue_proj": 5}}
        """
            .formatted(block.replace(".", "\\\\.")));
    SafeTensorsWriter writer = new SafeTensorsWriter().metadata("format", "pt");
    for (var head : List.of(List.of("query_proj", 2), List.of("value_proj", 4))) {
      int rank = (int) head.get(1);
      String name = "base_model.model." + block + head.get(0);
      writer.floats(name + ".lora_A.weight", waves(rank * 96), rank, 96);
      writer.floats(name + ".lora_B.weight", waves(96 * rank), 96, rank);
    }
    writer.writeFile(adapter.resolve("adapter_model.safetensors"));
    return adapter;
  }

  private static float[] waves(int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 0.1f * (float) StrictMath.sin(1.7 * i + n);
    }
    return values;
  }

  private static RunConfig settings(Path model) {
    return RunConfigReader.read(quickstart.conf(), List.of("model.path=" + model));
  }

  private static List<float[]> logits(TaskModel model) {
    try (Bases bases = new Bases();
        TaskEncoding encoding = model.encoding()) {
      LocalSweeps sweeps = model.sweeps(new BaseSweeps(bases));
      var set = encoding.labelled(quickstart.path("validation.tsv"));
      return sweeps.evaluate(set.examples(), 2).outputs();
    }
  }

  private static void requireSame(List<float[]> found, List<float[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5f));
    }
  }

  @Test
  void metricsAreATableForPeople() {
    WinnowInProcess.Ended ended =
        winnow(
            "eval", merged, "--config", quickstart.conf(), "--data", quickstart.path("test.tsv"));
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out())
        .containsPattern("metric +value\naccuracy +0\\.\\d{6}\n")
        .contains("matthews_correlation  ");
  }

  @Test
  void mergedModelIsInspected() {
    String out = winnow("inspect", merged).out();
    assertThat(out).contains("model folder: deberta-v2", "stored as F32", "hidden_size 96");
  }

  @Test
  void everyFamilyIsInspected() throws IOException {
    Path golden = WinnowInProcess.HOME.resolve("model/src/test/resources/golden");
    try (Stream<Path> models = Files.list(golden)) {
      List<Path> folders =
          models.filter(path -> Files.exists(path.resolve("config.json"))).sorted().toList();
      assertThat(folders).hasSizeGreaterThan(8);
      for (Path model : folders) {
        if (!model.getFileName().toString().contains("-bin-")) {
          WinnowInProcess.Ended ended = winnow("inspect", model);
          assertThat(ended.code()).as(ended.err()).isZero();
          assertThat(ended.out()).contains("parameters in", "stored as ", "vocab_size ");
        }
      }
    }
    assertThat(winnow("inspect", golden.resolve("bart-seq2seq")).out())
        .contains("d_model", "encoder_layers", "decoder_layers");
    assertThat(winnow("inspect", golden.resolve("format-llama-bf16-sharded")).out())
        .contains("stored as BF16");
  }

  @Test
  void halfOfTheBytesAreEnoughWhereAskedFor() throws IOException {
    Path small = folder.resolve("small");
    assertThat(winnow("merge", run, "--to", small, "--dtype", "bf16").code()).isZero();
    long bytes = Files.size(merged.resolve("model.safetensors"));
    assertThat(Files.size(small.resolve("model.safetensors"))).isLessThan(bytes * 6 / 10);
    double accuracy =
        metrics("eval", small, "--config", quickstart.conf(), "--json").path("accuracy").asDouble();
    assertThat(accuracy).isGreaterThan(0.5);
    assertThat(Arrays.asList(small.toFile().list())).contains("tokenizer.json", "config.json");
  }
}
