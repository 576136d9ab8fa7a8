package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.io.DType;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.WeightSource;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A base in bfloat16 against the same rounded weights in float32. */
class StorageTest {
  /** A model and its head. */
  record Case(ObjectNode config, TaskHead head) {
    @Override
    public String toString() {
      return config.path("model_type").asText() + " " + head;
    }

    Tokens tokens() {
      int[] ids = {3, 7, 1, 9, 4, 8, 8, 2, 0, 0};
      int[] mask = {1, 1, 1, 1, 1, 1, 1, 1, 0, 0};
      return config.path("model_type").asText().equals("bart")
          ? SmallBart.tokens()
          : new Tokens(2, 5, ids, mask);
    }
  }

  static Stream<Case> cases() {
    var tied = SmallLlama.config(16, 3).put("tie_word_embeddings", true);
    return Stream.of(
        new Case(SmallLlama.config(16, 3), TaskHead.language()),
        new Case(tied, TaskHead.language()),
        new Case(SmallLlama.config(16, 3), TaskHead.sequence(2)),
        new Case(SmallModel.config(16, 2), TaskHead.sequence(2)),
        new Case(SmallBart.config(16, 2), TaskHead.language()),
        new Case(SmallBart.config(16, 2), TaskHead.sequence(2)));
  }

  /** What a base holds, as a checkpoint. */
  private record Copy(FrozenBase base) implements WeightSource {
    @Override
    public Set<String> names() {
      return Set.copyOf(
          base.architecture().parameters().stream().map(ParameterSite::name).toList());
    }

    @Override
    public boolean has(String name) {
      return names().contains(name);
    }

    @Override
    public long[] shape(String name) {
      return Arrays.stream(base.shape(name)).asLongStream().toArray();
    }

    @Override
    public void read(String name, FloatBuffer target) {
      target.put(base.values(name));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreThoseOfRoundedWeightsToTheBit(Case c) {
    var head = new HeadInit(c.head, 3);
    try (var halves = FrozenBase.random(c.config, head, Storage.BF16);
        var floats = FrozenBase.load(c.config, new Copy(halves), head)) {
      assertThat(halves.fingerprint()).isEqualTo(floats.fingerprint());
      assertThat(halves.bytes()).isLessThan(floats.bytes() * 6 / 10);
      assertThat(results(c, halves)).isDeepEqualTo(results(c, floats));
    }
  }

  /** Logits, the gradients of all heads and those of what is trained: the task head. */
  private static float[][] results(Case c, FrozenBase base) {
    var settings = new NetworkSettings(new CpuBackend(), 0.1f, BaseDropout.AS_CONFIGURED);
    try (var network = base.network(settings)) {
      for (AdapterSlot slot : network.slots()) {
        bind(slot);
      }
      base.architecture().headParameters().forEach(name -> network.parameter(name).train());
      network.forward(c.tokens(), Pass.of(Pass.Mode.TRAIN, 9));
      var results = new ArrayList<float[]>();
      Matrix g = network.logits();
      results.add(g.toArray());
      network.backward(g, block -> {});
      for (AdapterSlot slot : network.slots()) {
        results.add(slot.gradient().a());
        results.add(slot.gradient().b());
        results.add(new float[] {slot.gradient().omega()});
      }
      network.parameters().stream()
          .filter(Parameter::isTrained)
          .forEach(parameter -> results.add(parameter.gradient().toArray()));
      return results.toArray(new float[0][]);
    }
  }

  private static void bind(AdapterSlot slot) {
    LinearSite site = slot.site();
    float[] a = new float[2 * site.in()];
    float[] b = new float[2 * site.out()];
    for (int i = 0; i < a.length; i++) {
      a[i] = (i % 7 - 3) / 20f;
    }
    for (int i = 0; i < b.length; i++) {
      b[i] = (i % 5 - 2) / 20f;
    }
    slot.bind(new AdapterSlot.Values(2, 1.5f, 0.5f, a, b));
  }

  @Test
  void theTaskHeadKeepsItsFloats() {
    var head = new HeadInit(TaskHead.sequence(2), 3);
    try (var halves = FrozenBase.random(SmallLlama.config(16, 1), head, Storage.BF16);
        var floats = FrozenBase.random(SmallLlama.config(16, 1), head)) {
      assertThat(halves.values("score.weight")).isEqualTo(floats.values("score.weight"));
      String norm = "model.layers.0.input_layernorm.weight";
      assertThat(halves.values(norm)).isEqualTo(floats.values(norm));
      String up = "model.layers.0.mlp.up_proj.weight";
      assertThat(halves.values(up)).isNotEqualTo(floats.values(up));
    }
  }

  /** Two shards in bfloat16: nothing is lost, and the logits are those of transformers. */
  @Test
  void sixteenBitShardsAreStoredAsTheyAre() {
    Path folder = Golden.root().resolve("format-llama-bf16-sharded");
    var head = new HeadInit(TaskHead.language(), 1);
    double deviation =
        Golden.open(Golden.root().resolve("llama3-gqa-causal")).deviation("base", "logits");
    try (ModelFolder files = ModelFolder.open(folder);
        SafeTensors expected = SafeTensors.open(folder.resolve("case.safetensors"));
        var halves = FrozenBase.load(files.config(), files, head, Storage.BF16);
        var floats = FrozenBase.load(files.config(), files, head)) {
      for (ParameterSite site : halves.architecture().parameters()) {
        assertThat(files.dtype(site.name())).isEqualTo(DType.BF16);
        assertThat(halves.values(site.name())).isEqualTo(floats.values(site.name()));
      }
      for (FrozenBase base : List.of(halves, floats)) {
        try (var network = base.network(plain())) {
          Tokens tokens = Golden.tokens(expected, null);
          network.forward(tokens, Pass.of(Pass.Mode.EVALUATE, 0));
          assertLogits(network.logits(), expected.floats("logits"), tokens, deviation);
        }
      }
    }
  }

  private static NetworkSettings plain() {
    return new NetworkSettings(new CpuBackend(), 0f, BaseDropout.OFF);
  }

  private static void assertLogits(Matrix got, float[] want, Tokens tokens, double deviation) {
    int n = got.columns();
    for (int r = 0; r < got.rows(); r++) {
      if (tokens.mask()[r] == 1) {
        float[] row = Arrays.copyOfRange(want, r * n, (r + 1) * n);
        GoldenCheck.close("row " + r, got.rows(r, 1).toArray(), row, deviation);
      }
    }
  }

  /** 300 M parameters of a made-up shape, with a sweep over a few tokens. */
  @Test
  void aParameterCostsLittleMoreThanTwoBytes() throws IOException {
    var config = SmallLlama.config(1024, 16);
    config.put("intermediate_size", 4096).put("vocab_size", 32000);
    config.put("num_attention_heads", 16).put("num_key_value_heads", 8);
    config.put("initializer_range", 0.02);
    long live = Tensor.liveBytes();
    long resident = residentBytes();
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 1), Storage.BF16);
        var network = base.network(plain())) {
      int[] ids = {3, 7, 1, 9, 4, 8, 8, 2};
      int[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
      bind(network.slot("model.layers.15.mlp.down_proj"));
      network.forward(new Tokens(1, 8, ids, ones), Pass.of(Pass.Mode.TRAIN, 1));
      network.backward(network.logits(), block -> {});
      double parameters = parameters(base);
      double held = (Tensor.liveBytes() - live) / parameters;
      double grown = (residentBytes() - resident) / parameters;
      System.out.printf(
          "%.0f M parameters in bfloat16: %.3f bytes each with scratch, resident %.3f%n",
          parameters / 1e6, held, grown);
      assertThat(parameters).isGreaterThan(300e6);
      assertThat(base.bytes() / parameters).isBetween(2.0, 2.001);
      assertThat(held).isLessThanOrEqualTo(2.3);
      assertThat(grown).isBetween(1.5, 2.8);
    }
    assertThat(Tensor.liveBytes()).isEqualTo(live);
  }

  private static double parameters(FrozenBase base) {
    return base.architecture().parameters().stream()
        .mapToDouble(site -> site.shape().stream().mapToDouble(n -> n).reduce(1, (a, b) -> a * b))
        .sum();
  }

  /** Memory of this process that is no file's, on Linux. */
  private static long residentBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    Assumptions.assumeTrue(Files.exists(status), "resident memory is read from /proc");
    System.gc();
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
