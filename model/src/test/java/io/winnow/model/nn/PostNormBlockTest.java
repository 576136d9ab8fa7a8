package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of blocks, with heads and all dropouts, by central differences; caches by forward. */
class PostNormBlockTest {
  private static final int EXAMPLES = 2;
  private static final int QUERIES = 3;
  private static final int MEMORY = 4;
  private static final int HIDDEN = 8;
  private static final int WIDE = 10;
  private static final int RANK = 2;
  private static final float STEP = 1e-2f;

  /**
   * y is of order 1 and summed over 48 elements: float rounding of 1e-5 over twice the step, and a
   * third derivative times the step squared.
   */
  private static final double TOLERANCE = 1e-3;

  /** Without a memory (an encoder's) or with one (a decoder's), its f and all its dropouts. */
  record Case(boolean decodes, Activation activation, float dropout) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case(false, Activation.GELU, 0f),
        new Case(false, Activation.GELU_TANH, 0.3f),
        new Case(true, Activation.SILU, 0f),
        new Case(true, Activation.GELU, 0.3f));
  }

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<AdapterSlot> slots = new ArrayList<>();
  private Compute compute = Compute.with(new CpuBackend());
  private long before;

  @BeforeEach
  void count() {
    before = Tensor.liveBytes();
    compute = Compute.with(new CpuBackend());
    open.add(compute.workspace());
  }

  @AfterEach
  void nothingLeaks() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  private static float[] values(String name, int n, float spread) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = spread * (2 * CounterHash.uniform(CounterHash.word(name), i) - 1);
    }
    return values;
  }

  private Tensor tensor(String name, int... shape) {
    int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    Tensor tensor = Tensor.of(values(name, size, 1f), shape);
    open.add(tensor);
    return tensor;
  }

  private Parameter parameter(String name, int... shape) {
    return new Parameter(name, tensor(name, shape), 0);
  }

  private Linear linear(Case c, String name, int in, int out) {
    var slot = new AdapterSlot(new LinearSite(name, in, out, 0));
    slot.bind(
        new AdapterSlot.Values(
            RANK,
            1f,
            0.7f,
            values(name + "A", RANK * in, 0.5f),
            values(name + "B", RANK * out, 0.5f)));
    slots.add(slot);
    open.add(slot);
    var weights =
        new Linear.Weights(parameter(name + ".w", out, in), parameter(name + ".b", out), slot);
    return new Linear(compute, weights, new Dropout(name + ".adapter", c.dropout));
  }

  private LayerNorm norm(String name) {
    return new LayerNorm(
        compute, parameter(name + ".g", HIDDEN), parameter(name + ".b", HIDDEN), 1e-5f);
  }

  private ResidualAttention attention(Case c, String name, PostNormBlock.Scratch scratch) {
    var attention =
        new Attention(
            compute.backend(),
            new Attention.Layers(
                linear(c, name + "q", HIDDEN, HIDDEN),
                linear(c, name + "k", HIDDEN, HIDDEN),
                linear(c, name + "v", HIDDEN, HIDDEN)),
            new Attention.Shape(2, 2, HIDDEN / 2),
            new Dropout(name + "p", c.dropout),
            new Attention.Scratch(compute.workspace()));
    return new ResidualAttention(
        compute.backend(),
        new ResidualAttention.Layers(
            attention,
            linear(c, name + "o", HIDDEN, HIDDEN),
            norm(name + "n"),
            new Dropout(name + "o", c.dropout)),
        scratch.attention());
  }

  private PostNormBlock block(Case c) {
    var scratch = new PostNormBlock.Scratch(compute.workspace());
    var middle = new FeedForward.Middle(WIDE, c.activation, new Dropout("f", c.dropout));
    var layers =
        new PostNormBlock.Layers(
            attention(c, "self.", scratch),
            c.decodes ? attention(c, "cross.", scratch) : null,
            new FeedForward(
                compute, linear(c, "fc1", HIDDEN, WIDE), linear(c, "fc2", WIDE, HIDDEN), middle),
            norm("last"),
            new Dropout("last", c.dropout));
    return new PostNormBlock(compute.backend(), layers, scratch);
  }

  private static PostNormBlock.Setting setting(Case c) {
    var own = new PaddingMask(EXAMPLES, QUERIES, new int[] {1, 1, 1, 1, 1, c.decodes ? 1 : 0});
    if (!c.decodes) {
      return PostNormBlock.Setting.of(Attention.Setting.of(AttentionMask.bidirectional(own)));
    }
    var memory = new PaddingMask(EXAMPLES, MEMORY, new int[] {1, 1, 1, 1, 1, 1, 0, 0});
    return new PostNormBlock.Setting(
        Attention.Setting.of(AttentionMask.causal(own)),
        Attention.Setting.of(AttentionMask.cross(QUERIES, memory)));
  }

  /** A block and what it reads; its loss is sum(g * y). */
  private final class Fixture {
    final Case c;
    final PostNormBlock block;
    final Tensor x = tensor("x", EXAMPLES * QUERIES, HIDDEN);
    final Tensor memory = tensor("memory", EXAMPLES * MEMORY, HIDDEN);
    final Tensor g = tensor("gradient", EXAMPLES * QUERIES, HIDDEN);
    final Tensor y = tensor("y", EXAMPLES * QUERIES, HIDDEN);
    final PostNormBlock.Tape tape = new PostNormBlock.Tape(compute.workspace());
    final Pass pass = Pass.of(Pass.Mode.TRAIN, 17);

    Fixture(Case c) {
      this.c = c;
      this.block = block(c);
    }

    PostNormBlock.Inputs inputs() {
      return new PostNormBlock.Inputs(x.matrix(), c.decodes ? memory.matrix() : null, setting(c));
    }

    double loss() {
      block.forward(pass, inputs(), y.matrix(), tape);
      return compute.backend().dot(g.matrix(), y.matrix());
    }

    Tensor backward(boolean goesOn, @Nullable Matrix dMemory) {
      slots.forEach(slot -> slot.clearGradient(compute.backend()));
      loss();
      Tensor dx = Tensor.of(g.toArray(), g.shape());
      open.add(dx);
      block.backward(pass, inputs(), new PostNormBlock.Step(tape, dx.matrix(), goesOn, dMemory));
      return dx;
    }

    /** Central differences of the loss in a tensor's values. */
    void assertGradient(String what, Tensor at, float[] got) {
      float[] start = at.toArray();
      for (int i = 0; i < start.length; i++) {
        float[] moved = start.clone();
        moved[i] = start[i] + STEP;
        at.set(moved);
        double above = loss();
        moved[i] = start[i] - STEP;
        at.set(moved);
        double slope = (above - loss()) / (2 * STEP);
        assertThat((double) got[i]).as("%s[%d]", what, i).isCloseTo(slope, within(TOLERANCE));
      }
      at.set(start);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientsOfInputsAndHeadsMatchDifferences(Case c) {
    var f = new Fixture(c);
    Tensor dMemory = Tensor.zeros(EXAMPLES * MEMORY, HIDDEN);
    open.add(dMemory);
    Tensor dx = f.backward(true, c.decodes ? dMemory.matrix() : null);
    var gradients = slots.stream().map(AdapterSlot::gradient).toList();
    f.assertGradient("x", f.x, dx.toArray());
    f.assertGradient("memory", f.memory, dMemory.toArray());
    for (int i = 0; i < slots.size(); i++) {
      var bound = slots.get(i).bound();
      f.assertGradient(slots.get(i) + ".A", bound.a, gradients.get(i).a());
      f.assertGradient(slots.get(i) + ".B", bound.b, gradients.get(i).b());
    }
  }

  @Test
  void theMemorysGradientIsTheSameWhereNothingBelowNeedsThatOfX() {
    var f = new Fixture(new Case(true, Activation.GELU, 0.3f));
    slots.subList(0, 4).forEach(AdapterSlot::unbind); // of the self-attention
    Tensor all = Tensor.zeros(EXAMPLES * MEMORY, HIDDEN);
    Tensor alone = Tensor.zeros(EXAMPLES * MEMORY, HIDDEN);
    open.addAll(List.of(all, alone));
    slots.subList(0, 4).clear();
    f.backward(true, all.matrix());
    f.backward(false, alone.matrix());
    assertThat(alone.toArray()).isEqualTo(all.toArray());
  }

  @Test
  void decodingOnCachesGivesWhatForwardGives() {
    var f = new Fixture(new Case(true, Activation.GELU, 0f));
    var evaluate = Pass.of(Pass.Mode.EVALUATE, 0);
    f.block.forward(evaluate, f.inputs(), f.y.matrix(), f.tape);
    var caches =
        new PostNormBlock.Caches(
            new KeyValues(compute.backend(), EXAMPLES, HIDDEN),
            new KeyValues(compute.backend(), EXAMPLES, HIDDEN));
    open.add(caches.self());
    open.add(caches.memory());
    f.block.remember(evaluate, f.memory.matrix(), caches);
    Tensor step = tensor("step", EXAMPLES, HIDDEN);
    int[] ones = new int[EXAMPLES * QUERIES];
    Arrays.fill(ones, 1);
    for (int i = 0; i < QUERIES; i++) {
      var own = new AttentionMask(EXAMPLES, 1, i + 1, ones, AttentionMask.Reach.PAST, i);
      var padding = new PaddingMask(EXAMPLES, MEMORY, new int[] {1, 1, 1, 1, 1, 1, 0, 0});
      var setting =
          new PostNormBlock.Setting(
              Attention.Setting.of(own), Attention.Setting.of(AttentionMask.cross(1, padding)));
      compute.backend().gather(step.matrix(), f.x.matrix(), new int[] {i, QUERIES + i});
      var inputs = new PostNormBlock.Inputs(step.matrix(), null, setting);
      f.block.decode(evaluate, inputs, step.matrix(), new PostNormBlock.Decoded(caches, f.tape));
      for (int e = 0; e < EXAMPLES; e++) {
        float[] want = f.y.matrix().rows(e * QUERIES + i, 1).toArray();
        assertThat(step.matrix().rows(e, 1).toArray()).containsExactly(want, within(1e-5f));
      }
    }
  }
}
