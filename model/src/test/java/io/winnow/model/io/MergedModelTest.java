package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.Network;
import io.winnow.model.arch.NetworkSettings;
import io.winnow.model.arch.SmallBart;
import io.winnow.model.arch.SmallLlama;
import io.winnow.model.arch.SmallModel;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.SmallFolder.Layout;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergedModelTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final long NO_LIMIT = Long.MAX_VALUE;

  @TempDir Path temp;

  /** A base, and its files' layout; null = a golden folder's. */
  private record Case(String name, JsonNode config, TaskHead head, Layout layout) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> families() {
    ObjectNode tied = SmallLlama.config(16, 2).put("tie_word_embeddings", true);
    return Stream.of(
        new Case("deberta", SmallModel.config(16, 2), TaskHead.sequence(3), Layout.full()),
        new Case(
            "deberta-bare", SmallModel.config(16, 2), TaskHead.span(), Layout.bare("deberta.")),
        new Case("bert", SmallModel.config("bert"), TaskHead.sequence(2), Layout.bare("bert.")),
        new Case("bert-qa", SmallModel.config("bert"), TaskHead.span(), Layout.full()),
        new Case(
            "roberta-f16",
            SmallModel.config("roberta"),
            TaskHead.sequence(1),
            Layout.of(DType.F16)),
        new Case("bart", SmallBart.config(16, 1), TaskHead.language(), Layout.bare("model.")),
        new Case("bart-qa", SmallBart.config(16, 1), TaskHead.span(), Layout.full()),
        new Case("llama-tied", tied, TaskHead.language(), Layout.full()),
        new Case(
            "llama-bf16", SmallLlama.config(16, 2), TaskHead.language(), Layout.of(DType.BF16)),
        new Case(
            "llama-cls", SmallLlama.config(16, 2), TaskHead.sequence(4), Layout.of(DType.BF16)));
  }

  @ParameterizedTest
  @MethodSource("families")
  void logitsAreThoseOfBaseAndHeads(Case family) {
    SmallFolder folder =
        SmallFolder.write(temp.resolve("base"), family.config(), family.head(), family.layout());

    requireSameLogits(folder, write(folder, MergedType.F32, NO_LIMIT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"format-bart-no-prefix", "format-llama-bf16-sharded"})
  void filesOfTransformersAreMerged(String name) {
    JsonNode config = JsonFiles.readObject(GOLDEN.resolve(name).resolve("config.json"));
    SmallFolder folder = new SmallFolder(GOLDEN.resolve(name), config, TaskHead.language());

    requireSameLogits(folder, write(folder, MergedType.F32, NO_LIMIT));
  }

  /** Shards of a few tensors each read as one model. */
  @Test
  void smallShardsAreListedInAnIndex() {
    SmallFolder folder = tiedLlama();

    Path merged = write(folder, MergedType.F32, 8_000);

    JsonNode index = JsonFiles.readObject(merged.resolve("model.safetensors.index.json"));
    long bytes = 0;
    try (ModelFolder model = ModelFolder.open(merged)) {
      for (String name : model.names()) {
        assertThat(index.path("weight_map").has(name)).isTrue();
        bytes +=
            model.dtype(name).bytes()
                * Arrays.stream(model.shape(name)).reduce(1, Math::multiplyExact);
      }
    }
    assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(bytes);
    assertThat(index.path("weight_map").path("model.norm.weight").asText())
        .matches("model-0000\\d-of-0000\\d\\.safetensors");
    assertThat(merged.resolve("model.safetensors")).doesNotExist();
    requireSameLogits(folder, merged);
  }

  private SmallFolder tiedLlama() {
    ObjectNode config = SmallLlama.config(16, 2).put("tie_word_embeddings", true);
    return SmallFolder.write(temp.resolve("base"), config, TaskHead.language(), Layout.full());
  }

  /** W + omega * scale * B A, summed in double, rounded once. */
  @Test
  void matricesAreFoldedInDoubleAndTheRestIsCopied() {
    SmallFolder folder =
        SmallFolder.write(
            temp.resolve("base"), SmallModel.config(16, 2), TaskHead.sequence(3), Layout.full());
    Path merged = write(folder, MergedType.F32, NO_LIMIT);
    Learned learned = folder.learned();
    try (ModelFolder before = ModelFolder.open(folder.path());
        ModelFolder after = ModelFolder.open(merged)) {
      assertThat(after.names()).isEqualTo(before.names());
      for (String name : before.names()) {
        if (!before.dtype(name).isFloat()) {
          assertThat(after.dtype(name)).isEqualTo(before.dtype(name));
        } else {
          assertThat(after.floats(name)).as(name).isEqualTo(expected(before, learned, name));
        }
      }
    }
  }

  private static float[] expected(ModelFolder before, Learned learned, String name) {
    float[] values = before.floats(name);
    for (LayerParameters layer : learned.parameters()) {
      for (TensorState tensor : layer.tensors()) {
        if (tensor.name().equals(name)) {
          return tensor.values();
        }
      }
      for (AdapterState head : layer.adapters()) {
        if ((head.id().module() + ".weight").equals(name)) {
          fold(head, values, (int) before.shape(name)[1]);
        }
      }
    }
    return values;
  }

  private static void fold(AdapterState head, float[] w, int in) {
    for (int at = 0; at < w.length; at++) {
      double sum = 0;
      for (int k = 0; k < head.rank(); k++) {
        sum += (double) head.b()[at / in * head.rank() + k] * head.a()[k * in + at % in];
      }
      w[at] = (float) (w[at] + (double) head.omega() * SmallFolder.SCALE * sum);
    }
  }

  @Test
  void typeOfTheSourceIsKeptWhereAskedFor() {
    SmallFolder folder =
        SmallFolder.write(
            temp.resolve("base"),
            SmallLlama.config(16, 2),
            TaskHead.sequence(2),
            Layout.of(DType.BF16));
    Path exact = write(folder, MergedType.F32, NO_LIMIT);
    Path kept = write(folder, MergedType.SOURCE, NO_LIMIT);
    try (ModelFolder wide = ModelFolder.open(exact);
        ModelFolder narrow = ModelFolder.open(kept)) {
      assertThat(wide.config().path("torch_dtype").asText()).isEqualTo("float32");
      assertThat(narrow.config().has("torch_dtype")).isFalse(); // as in the source
      for (String name : List.of("model.layers.1.mlp.up_proj.weight", "score.weight")) {
        assertThat(wide.dtype(name)).isEqualTo(DType.F32);
        assertThat(narrow.dtype(name)).isEqualTo(DType.BF16);
        float[] rounded = wide.floats(name);
        for (int i = 0; i < rounded.length; i++) {
          rounded[i] = HalfFloat.fromBf16(HalfFloat.toBf16(rounded[i]));
        }
        assertThat(narrow.floats(name)).isEqualTo(rounded);
      }
    }
  }

  @Test
  void configurationSaysWhatTheTaskChanged() throws IOException {
    ObjectNode config = SmallModel.config("bert").put("torch_dtype", "float16");
    SmallFolder folder =
        SmallFolder.write(temp.resolve("base"), config, TaskHead.sequence(2), Layout.bare("bert."));
    Files.writeString(folder.path().resolve("tokenizer.json"), "{}");
    Files.writeString(folder.path().resolve("vocab.txt"), "a");
    Files.writeString(folder.path().resolve("generation_config.json"), "{}");
    Files.writeString(folder.path().resolve("README.md"), "the base");
    Path merged = temp.resolve("merged");
    try (ModelFolder source = ModelFolder.open(folder.path())) {
      MergedModel.write(
          merged,
          source,
          folder.learned(),
          new MergedModel.Options(List.of("bad", "good"), MergedType.F32));
    }

    JsonNode written = JsonFiles.readObject(merged.resolve("config.json"));
    assertThat(written.path("architectures").toString())
        .isEqualTo("[\"BertForSequenceClassification\"]");
    assertThat(written.path("id2label").toString()).isEqualTo("{\"0\":\"bad\",\"1\":\"good\"}");
    assertThat(written.path("label2id").toString()).isEqualTo("{\"bad\":0,\"good\":1}");
    assertThat(written.path("problem_type").asText()).isEqualTo("single_label_classification");
    assertThat(written.path("torch_dtype").asText()).isEqualTo("float32");
    assertThat(written.path("hidden_size")).isEqualTo(config.path("hidden_size"));
    assertThat(ModelLabels.named(written)).containsExactly("bad", "good");
    assertThat(merged.resolve("tokenizer.json")).exists();
    assertThat(merged.resolve("vocab.txt")).exists();
    assertThat(merged.resolve("generation_config.json")).exists();
    assertThat(merged.resolve("README.md")).doesNotExist();
  }

  @Test
  void placeThatIsTakenIsRefused() throws IOException {
    SmallFolder folder = tiedLlama();
    Path used = Files.createDirectory(temp.resolve("used"));
    Files.writeString(used.resolve("thesis.tex"), "mine");
    Path link = Files.createSymbolicLink(temp.resolve("link"), folder.path());

    refused(folder, used, 2, "is not empty");
    refused(folder, used.resolve("thesis.tex"), 2, "is a file");
    refused(folder, folder.path().resolve("merged"), 2, "lies inside the model folder");
    refused(folder, link.resolve("a/b"), 2, "lies inside the model folder");
    assertThat(used.resolve("thesis.tex")).hasContent("mine");
    Path empty = Files.createDirectory(temp.resolve("empty"));
    writeTo(empty, folder, folder.learned(), MergedType.F32);
    assertThat(empty.resolve("model.safetensors")).exists();
  }

  private void refused(SmallFolder folder, Path target, int code, String words) {
    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> writeTo(target, folder, folder.learned(), MergedType.F32))
        .withMessageContaining(words)
        .satisfies(problem -> assertThat(problem.exitCode()).isEqualTo(code));
  }

  @Test
  void headThatNobodyTrainedIsRefusedByName() {
    SmallFolder folder =
        SmallFolder.write(
            temp.resolve("base"),
            SmallModel.config(16, 2),
            TaskHead.sequence(3),
            Layout.bare("deberta."));
    Learned all = folder.learned();
    List<LayerParameters> blocks = all.parameters().subList(0, 2);
    Learned headless = new Learned(all.architecture(), all.trainable(), blocks, Map.of());

    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> writeTo(temp.resolve("m"), folder, headless, MergedType.F32))
        .withMessageContaining("pooler.dense.weight, pooler.dense.bias, classifier.weight");
    Map<String, float[]> fresh;
    try (ModelFolder source = ModelFolder.open(folder.path())) {
      fresh = FrozenBase.fresh(all.architecture(), source, 1);
    }
    Learned drawn = new Learned(all.architecture(), all.trainable(), blocks, fresh);
    writeTo(temp.resolve("m"), folder, drawn, MergedType.F32);
    assertThat(logits(temp.resolve("m"), folder, null))
        .containsExactly(logits(folder.path(), folder, drawn), within(1e-5f));
  }

  /** The value is found while the weights are written, after config.json. */
  @Test
  void failureWhileWritingLeavesNothing() throws IOException {
    SmallFolder folder =
        SmallFolder.write(
            temp.resolve("base"),
            SmallModel.config("bert"),
            TaskHead.sequence(2),
            Layout.of(DType.F16));
    Learned all = folder.learned();
    float[] huge = {1e6f, 0};
    LayerParameters head = all.parameters().get(1);
    List<TensorState> tensors =
        head.tensors().stream()
            .map(t -> t.name().equals("classifier.bias") ? new TensorState(t.name(), huge) : t)
            .toList();
    LayerParameters changed = new LayerParameters(head.layer(), List.of(), tensors);
    Learned learned =
        new Learned(
            all.architecture(),
            all.trainable(),
            List.of(all.parameters().get(0), changed),
            Map.of());

    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> writeTo(temp.resolve("m"), folder, learned, MergedType.SOURCE))
        .withMessageContaining("classifier.bias would hold 1000000.0")
        .withMessageContaining("F16");
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files).containsExactly(folder.path());
    }
  }

  @Test
  void valueThatIsNotFiniteIsRefused() {
    SmallFolder folder = tiedLlama();
    Learned all = folder.learned();
    AdapterState head = all.parameters().get(1).adapters().get(0);
    float[] broken = head.a().clone();
    broken[1] = Float.NaN;
    var state = new AdapterState(head.id(), head.rank(), broken, head.b(), 1f);
    var layer = new LayerParameters(all.parameters().get(1).layer(), List.of(state), List.of());
    Learned learned = new Learned(all.architecture(), all.trainable(), List.of(layer), Map.of());

    assertThatExceptionOfType(UserProblem.class)
        .isThrownBy(() -> writeTo(temp.resolve("m"), folder, learned, MergedType.F32))
        .withMessageContaining(head.id().module() + ".lora_A holds NaN");
  }

  private Path write(SmallFolder folder, MergedType type, long shardBytes) {
    Path target = temp.resolve("merged-" + type);
    try (ModelFolder source = ModelFolder.open(folder.path())) {
      MergedModel.write(
          target, source, folder.learned(), new MergedModel.Options(List.of(), type), shardBytes);
    }
    return target;
  }

  private static void writeTo(Path target, SmallFolder folder, Learned learned, MergedType type) {
    try (ModelFolder source = ModelFolder.open(folder.path())) {
      MergedModel.write(target, source, learned, new MergedModel.Options(List.of(), type));
    }
  }

  private static void requireSameLogits(SmallFolder folder, Path merged) {
    float[] adapted = logits(folder.path(), folder, folder.learned());
    float[] plain = logits(folder.path(), folder, null);
    assertThat(logits(merged, folder, null)).containsExactly(adapted, within(1e-5f));
    double moved = 0;
    for (int i = 0; i < plain.length; i++) {
      moved = Math.max(moved, Math.abs(plain[i] - adapted[i]));
    }
    assertThat(moved).isGreaterThan(1e-3);
  }

  /** Logits of a folder under the head of {@code task}; null = nothing bound. */
  private static float[] logits(Path path, SmallFolder task, Learned learned) {
    try (ModelFolder files = ModelFolder.open(path);
        FrozenBase base = FrozenBase.load(files.config(), files, new HeadInit(task.head(), 1));
        Network network =
            base.network(
                new NetworkSettings(BackendKind.CPU.create(), 0f, BaseDropout.AS_CONFIGURED))) {
      if (learned != null) {
        bind(network, learned.trainable(), learned.parameters());
        learned.fresh().forEach((name, values) -> trained(network, name, values));
      }
      network.forward(tokens(files.config()), Pass.of(Pass.Mode.EVALUATE, 0));
      return network.logits().toArray();
    }
  }

  private static void trained(Network network, String name, float[] values) {
    network.parameter(name).train();
    network.parameter(name).set(values);
  }

  private static void bind(Network network, TrainableSpec spec, List<LayerParameters> values) {
    Map<String, Float> scales =
        spec.adapters().stream()
            .collect(Collectors.toMap(a -> a.id().module(), AdapterSpec::scale));
    for (LayerParameters layer : values) {
      for (AdapterState head : layer.adapters()) {
        String module = head.id().module();
        network
            .slot(module)
            .bind(
                new AdapterSlot.Values(
                    head.rank(), scales.get(module), head.omega(), head.a(), head.b()));
      }
      layer.tensors().forEach(tensor -> trained(network, tensor.name(), tensor.values()));
    }
  }

  private static Tokens tokens(JsonNode config) {
    if (config.path("model_type").asText().equals("bart")) {
      return SmallBart.tokens();
    }
    int[] ids = {5, 7, 9, 11, 6, 2, 4, 31, 8, 2, 1, 1};
    int[] mask = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
    return new Tokens(2, 6, ids, mask);
  }
}
