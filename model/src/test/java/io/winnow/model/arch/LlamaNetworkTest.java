package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sweeps of a Llama beyond what goldens show: which rows, how far down, what is kept. */
class LlamaNetworkTest {
  private static final int HIDDEN = 16;
  private static final Tokens TOKENS =
      new Tokens(
          2, 5, new int[] {3, 7, 1, 9, 4, 8, 8, 2, 0, 0}, new int[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0});

  private static NetworkSettings settings(Activations activations) {
    return new NetworkSettings(new CpuBackend(), 0.1f, BaseDropout.AS_CONFIGURED, activations);
  }

  private static float[] sawtooth(int size, int period) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (i % period - period / 2) / 20f;
    }
    return values;
  }

  private static void bind(Network network, int block) {
    for (AdapterSlot slot : network.slots()) {
      LinearSite site = slot.site();
      if (site.block() >= block) {
        float[] a = sawtooth(2 * site.in(), 7);
        float[] b = sawtooth(2 * site.out(), 5);
        slot.bind(new AdapterSlot.Values(2, 1.5f, 0.5f, a, b));
      }
    }
  }

  @Test
  void logitsOfSomeRowsAreThoseOfAll() {
    try (var base = base(TaskHead.language());
        var network = base.network(settings(Activations.KEPT))) {
      network.forward(TOKENS, Pass.of(Pass.Mode.EVALUATE, 0));
      float[] all = network.logits().toArray();
      int[] rows = {1, 3, 7};
      network.forward(asking(rows), Pass.of(Pass.Mode.EVALUATE, 0));
      assertThat(network.logits().rows()).isEqualTo(3);
      for (int i = 0; i < rows.length; i++) {
        int at = rows[i] * SmallLlama.VOCABULARY;
        assertThat(network.logits().rows(i, 1).toArray())
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(Arrays.copyOfRange(all, at, at + SmallLlama.VOCABULARY));
      }
    }
  }

  private static Tokens asking(int[] rows) {
    return new Tokens(2, 5, TOKENS.ids(), TOKENS.mask(), null, null, rows);
  }

  private static FrozenBase base(TaskHead head) {
    return FrozenBase.random(SmallLlama.config(HIDDEN, 3), new HeadInit(head, 4));
  }

  @Test
  void theSequenceHeadReadsEachExamplesLastToken() {
    int[] ids = TOKENS.ids();
    var left =
        new Tokens(
            2,
            5,
            new int[] {ids[0], ids[1], ids[2], ids[3], ids[4], 0, 0, ids[5], ids[6], ids[7]},
            new int[] {1, 1, 1, 1, 1, 0, 0, 1, 1, 1});
    var single = new Tokens(1, 3, Arrays.copyOfRange(ids, 5, 8), new int[] {1, 1, 1});
    try (var base = base(TaskHead.sequence(3));
        var network = base.network(settings(Activations.KEPT))) {
      assertThat(base.architecture().headParameters()).containsExactly("score.weight");
      network.forward(single, Pass.of(Pass.Mode.EVALUATE, 0));
      float[] alone = network.logits().toArray();
      for (Tokens padded : List.of(TOKENS, left)) {
        network.forward(padded, Pass.of(Pass.Mode.EVALUATE, 0));
        assertThat(network.logits().rows()).isEqualTo(2);
        // rotary positions are relative, so padding on the left moves nothing
        assertThat(network.logits().rows(1, 1).toArray())
            .usingComparatorWithPrecision(1e-5f)
            .containsExactly(alone);
      }
      assertThatThrownBy(network::decoding)
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("no language head");
    }
  }

  /** Heads in the upper block alone: below it nothing is computed backward. */
  @Test
  void backwardEndsAtTheLowestLiveBlock() {
    try (var base = base(TaskHead.language());
        var network = base.network(settings(Activations.KEPT))) {
      bind(network, 2);
      var done = new ArrayList<Integer>();
      sweep(network, done);
      assertThat(done).containsExactly(LinearSite.HEAD, 2);
      done.clear();
      network.parameter("model.norm.weight").train();
      bind(network, 1);
      sweep(network, done);
      assertThat(done).containsExactly(LinearSite.HEAD, 2, 1, LinearSite.STEM);
    }
  }

  @Test
  void aCancelledSweepEndsBetweenLayers() {
    try (var base = base(TaskHead.language());
        var network = base.network(settings(Activations.KEPT))) {
      bind(network, 0);
      assertThat(network.forward(TOKENS, new Pass(Pass.Mode.TRAIN, 1, () -> true))).isFalse();
      var asked = new int[1];
      var pass = new Pass(Pass.Mode.TRAIN, 1, () -> ++asked[0] > 4);
      assertThat(network.forward(TOKENS, pass)).isTrue();
      var done = new ArrayList<Integer>();
      assertThat(network.backward(network.logits(), done::add)).isFalse();
      assertThat(done).containsExactly(LinearSite.HEAD, 2);
    }
  }

  private static void sweep(Network network, List<Integer> done) {
    network.forward(asking(new int[] {1, 3, 7}), Pass.of(Pass.Mode.TRAIN, 9));
    Matrix g = network.logits();
    g.set(sawtooth(g.rows() * g.columns(), 11));
    network.backward(g, done::add);
  }

  /** Dropouts are functions of the sweep's key, so a second forward makes the same bits. */
  @ParameterizedTest
  @EnumSource(
      value = TaskHead.Kind.class,
      names = {"LANGUAGE", "SEQUENCE"})
  void recomputedActivationsGiveTheSameBitsInLessMemory(TaskHead.Kind kind) {
    var config = SmallLlama.config(HIDDEN, 6).put("attention_dropout", 0.2);
    var head = kind == TaskHead.Kind.LANGUAGE ? TaskHead.language() : TaskHead.sequence(2);
    try (var base = FrozenBase.random(config, new HeadInit(head, 4))) {
      var kept = gradients(base, Activations.KEPT);
      var recomputed = gradients(base, Activations.RECOMPUTED);
      assertThat(recomputed.values).isDeepEqualTo(kept.values);
      assertThat(recomputed.bytes).isLessThan(kept.bytes / 2);
    }
  }

  /** What came out, and the bytes of everything that the network held. */
  private record Gradients(float[][] values, long bytes) {}

  private static Gradients gradients(FrozenBase base, Activations activations) {
    long before = Tensor.liveBytes();
    try (var network = base.network(settings(activations))) {
      int length = 24;
      int[] ids = IntStream.range(0, 2 * length).map(i -> i * 7 % 40).toArray();
      int[] mask = new int[ids.length];
      Arrays.fill(mask, 1);
      bind(network, 1);
      network.forward(new Tokens(2, length, ids, mask), Pass.of(Pass.Mode.TRAIN, 9));
      Matrix g = network.logits();
      network.backward(g, block -> {});
      var values = new ArrayList<float[]>();
      values.add(g.toArray());
      for (AdapterSlot slot : network.slots()) {
        if (slot.isBound()) {
          values.add(slot.gradient().a());
          values.add(slot.gradient().b());
          values.add(new float[] {slot.gradient().omega()});
        }
      }
      return new Gradients(values.toArray(new float[0][]), Tensor.liveBytes() - before);
    }
  }

  /** What is live alone has the gradient that it has when everything is live. */
  @ParameterizedTest
  @EnumSource(Activations.class)
  void everyHeadAndParameterMayBeTheOnlyOneAlive(Activations activations) {
    var config = SmallLlama.config(HIDDEN, 2).put("attention_bias", true).put("mlp_bias", true);
    config.put("tie_word_embeddings", true);
    try (var base = FrozenBase.random(config, new HeadInit(TaskHead.language(), 4))) {
      var all = new HashMap<String, float[]>();
      try (var network = base.network(settings(activations))) {
        network.slots().forEach(LlamaNetworkTest::mask);
        network.parameters().forEach(Parameter::train);
        sweep(network, new ArrayList<>());
        network.slots().forEach(slot -> all.put(slot.site().path(), omega(slot)));
        network.parameters().forEach(p -> all.put(p.name(), p.gradient().toArray()));
      }
      for (LinearSite site : base.architecture().linears()) {
        try (var network = base.network(settings(activations))) {
          mask(network.slot(site.path()));
          sweep(network, new ArrayList<>());
          assertThat(omega(network.slot(site.path())))
              .as(site.path())
              .isEqualTo(all.get(site.path()));
        }
      }
      for (ParameterSite site : base.architecture().parameters()) {
        try (var network = base.network(settings(activations))) {
          network.parameter(site.name()).train();
          sweep(network, new ArrayList<>());
          assertThat(network.parameter(site.name()).gradient().toArray())
              .as(site.name())
              .isEqualTo(all.get(site.name()));
        }
      }
    }
  }

  /** A masked head changes no output; its omega has a gradient. */
  private static void mask(AdapterSlot slot) {
    float[] a = sawtooth(2 * slot.site().in(), 7);
    float[] b = sawtooth(2 * slot.site().out(), 5);
    slot.bind(new AdapterSlot.Values(2, 1.5f, 0f, a, b));
  }

  private static float[] omega(AdapterSlot slot) {
    return new float[] {slot.gradient().omega()};
  }
}
