package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.Rotary;
import io.winnow.model.compute.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention against its formula in double, gradients by central differences, caches by forward. */
class AttentionTest {
  private static final int EXAMPLES = 2;
  private static final int QUERIES = 5;
  private static final int MEMORY = 4; // keys of cross-attention
  private static final int IN = 6;
  private static final int WIDTH = 4;

  private enum Kind {
    BIDIRECTIONAL,
    CAUSAL,
    LEFT_PADDED,
    CROSS
  }

  private enum Positions {
    NONE,
    ROTARY
  }

  /** What is attended, with which heads and positions, and dropout on the probabilities. */
  record Case(Kind kind, int heads, int keyHeads, Positions positions, float dropout) {
    AttentionMask mask() {
      return switch (kind) {
        case BIDIRECTIONAL -> AttentionMask.bidirectional(padding(QUERIES, 0, 3));
        case CAUSAL -> AttentionMask.causal(padding(QUERIES, 0, 3));
        case LEFT_PADDED -> AttentionMask.causal(padding(QUERIES, 2, QUERIES));
        case CROSS -> AttentionMask.cross(QUERIES, padding(MEMORY, 0, 2));
      };
    }

    int keys() {
      return kind == Kind.CROSS ? MEMORY : QUERIES;
    }

    Attention.Shape shape() {
      return new Attention.Shape(heads, keyHeads, WIDTH);
    }
  }

  static Stream<Case> cases() {
    var cases = new ArrayList<Case>();
    for (Kind kind : Kind.values()) {
      cases.add(new Case(kind, 2, 2, Positions.NONE, 0f));
      cases.add(new Case(kind, 4, 2, Positions.NONE, 0.3f));
      if (kind != Kind.CROSS) {
        cases.add(new Case(kind, 4, 1, Positions.ROTARY, 0f));
        cases.add(new Case(kind, 4, 2, Positions.ROTARY, 0.3f));
      }
    }
    return cases.stream();
  }

  /** All of the first example are tokens, of the second those from one place to another. */
  private static PaddingMask padding(int length, int from, int to) {
    int[] tokens = new int[EXAMPLES * length];
    Arrays.fill(tokens, 0, length, 1);
    Arrays.fill(tokens, length + from, length + to, 1);
    return new PaddingMask(EXAMPLES, length, tokens);
  }

  private long before;
  private final CpuBackend backend = new CpuBackend();
  private final Compute compute = Compute.with(backend);
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void count() {
    before = Tensor.liveBytes();
  }

  @AfterEach
  void nothingLeaks() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
    compute.workspace().close();
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  private Tensor tensor(long key, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    open.add(tensor);
    float[] values = new float[tensor.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = 2f * CounterHash.uniform(key, i) - 1f;
    }
    tensor.set(values);
    return tensor;
  }

  private Parameter parameter(long key, int... shape) {
    var parameter = new Parameter("p" + key, tensor(key, shape), 0);
    open.add(parameter);
    return parameter;
  }

  private Linear linear(Parameter weight, @Nullable Parameter bias) {
    var site = new LinearSite(weight.name(), weight.shape()[1], weight.shape()[0], 0);
    var weights = new Linear.Weights(weight, bias, new AdapterSlot(site));
    return new Linear(compute, weights, new Dropout(weight.name(), 0f));
  }

  private Attention attention(Case c, Parameter wq, Parameter wk, Parameter wv) {
    var layers =
        new Attention.Layers(
            linear(wq, null), linear(wk, parameter(9, c.keyHeads * WIDTH)), linear(wv, null));
    var scratch = new Attention.Scratch(compute.workspace());
    return new Attention(backend, layers, c.shape(), new Dropout("p", c.dropout), scratch);
  }

  private static double[][] angles() {
    double[][] angles = new double[16][WIDTH / 2];
    for (int p = 0; p < angles.length; p++) {
      for (int i = 0; i < WIDTH / 2; i++) {
        angles[p][i] = p / (1.0 + 2 * i);
      }
    }
    return angles;
  }

  private @Nullable Rotary rotary(Case c, int[] positions) {
    if (c.positions == Positions.NONE) {
      return null;
    }
    double[][] angles = angles();
    float[] cos = new float[angles.length * WIDTH / 2];
    float[] sin = new float[cos.length];
    for (int i = 0; i < cos.length; i++) {
      cos[i] = (float) Math.cos(angles[i * 2 / WIDTH][i % (WIDTH / 2)]);
      sin[i] = (float) Math.sin(angles[i * 2 / WIDTH][i % (WIDTH / 2)]);
    }
    Tensor c1 = Tensor.of(cos, angles.length, WIDTH / 2);
    Tensor s1 = Tensor.of(sin, angles.length, WIDTH / 2);
    open.addAll(List.of(c1, s1));
    return new Rotary(c1, s1, positions, WIDTH);
  }

  /** Columns count, shifted by one in the second example, so that rows differ. */
  private static int[] positions(int length, int from) {
    int[] positions = new int[EXAMPLES * length];
    Arrays.setAll(positions, r -> from + r % length + r / length);
    return positions;
  }

  private Attention.Setting setting(Case c, AttentionMask mask) {
    return new Attention.Setting(
        mask,
        rotary(c, positions(mask.queries(), mask.past())),
        rotary(c, positions(mask.keys(), 0)));
  }

  private float[][][] kept(Case c, Pass pass) {
    float[][][] kept = new float[c.heads][EXAMPLES * QUERIES][c.keys()];
    DropMask mask = new Dropout("p", c.dropout).mask(pass);
    try (Tensor ones = Tensor.zeros(EXAMPLES * QUERIES, c.keys())) {
      for (int head = 0; head < c.heads; head++) {
        backend.fill(ones.matrix(), 1f);
        backend.dropout(ones.matrix(), ones.matrix(), mask.part(head));
        for (int r = 0; r < EXAMPLES * QUERIES; r++) {
          kept[head][r] = ones.matrix().rows(r, 1).toArray();
        }
      }
    }
    return kept;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardAndAllGradientsMatch(Case c) {
    Parameter wq = parameter(1, c.heads * WIDTH, IN);
    Parameter wk = parameter(2, c.keyHeads * WIDTH, IN);
    Parameter wv = parameter(3, c.keyHeads * WIDTH, IN);
    Attention attention = attention(c, wq, wk, wv);
    List.of(wq, wk, wv).forEach(Parameter::train);
    Tensor x = tensor(4, EXAMPLES * QUERIES, IN);
    Tensor memory = c.kind == Kind.CROSS ? tensor(5, EXAMPLES * MEMORY, IN) : x;
    Tensor g = tensor(6, EXAMPLES * QUERIES, c.heads * WIDTH);
    Tensor dx = tensor(7, EXAMPLES * QUERIES, IN);
    Tensor dMemory = c.kind == Kind.CROSS ? tensor(8, EXAMPLES * MEMORY, IN) : dx;
    float[] startX = dx.toArray();
    float[] startMemory = dMemory.toArray();
    var pass = Pass.of(Pass.Mode.TRAIN, 17);
    var setting = setting(c, c.mask());
    var tape = new Attention.Tape(compute.workspace());
    var inputs = new Attention.Inputs(x.matrix(), memory.matrix());
    attention.forward(pass, inputs, setting, tape);
    float[] context = tape.context().toArray();
    attention.backward(
        pass, inputs, new Attention.Step(setting, tape, g.matrix(), dx.matrix(), dMemory.matrix()));

    var oracle = oracle(c, pass);
    double[] v = d(x);
    double[] m = memory == x ? v : d(memory);
    double[] q = d(wq.values());
    double[] k = d(wk.values());
    double[] u = d(wv.values());
    var values = new AttentionOracle.Values(v, m, q, k, u, doubles(parameterValues(9, c)));
    close("context", context, oracle.context(values, IN));
    ToDoubleFunction<double[]> loss = at -> weighted(oracle.context(values, IN), g);
    close("dWq", wq.gradient().toArray(), gradient(loss, q));
    close("dWk", wk.gradient().toArray(), gradient(loss, k));
    close("dWv", wv.gradient().toArray(), gradient(loss, u));
    close("dx", minus(dx, startX), gradient(loss, v));
    if (memory != x) {
      close("dMemory", minus(dMemory, startMemory), gradient(loss, m));
    }
  }

  private float[] parameterValues(long key, Case c) {
    return tensor(key, c.keyHeads * WIDTH).toArray();
  }

  private AttentionOracle oracle(Case c, Pass pass) {
    return new AttentionOracle(
        c.shape(),
        c.mask(),
        c.positions == Positions.NONE ? new double[0][] : angles(),
        positions(QUERIES, 0),
        positions(c.keys(), 0),
        kept(c, pass),
        nothing(c));
  }

  private static double[][][] nothing(Case c) {
    double[][][] scores = new double[c.heads][EXAMPLES * QUERIES][c.keys()];
    for (double[][] rows : scores) {
      for (double[] row : rows) {
        Arrays.fill(row, Double.NaN);
      }
    }
    return scores;
  }

  @Test
  void whatNobodyNeedsIsNotComputed() {
    var c = new Case(Kind.CAUSAL, 4, 2, Positions.ROTARY, 0f);
    Parameter wq = parameter(1, c.heads * WIDTH, IN);
    Parameter wk = parameter(2, c.keyHeads * WIDTH, IN);
    Parameter wv = parameter(3, c.keyHeads * WIDTH, IN);
    Attention attention = attention(c, wq, wk, wv);
    wv.train();
    Tensor x = tensor(4, EXAMPLES * QUERIES, IN);
    Tensor g = tensor(6, EXAMPLES * QUERIES, c.heads * WIDTH);
    var pass = Pass.of(Pass.Mode.GRADIENTS, 0);
    var setting = setting(c, c.mask());
    var tape = new Attention.Tape(compute.workspace());
    var inputs = Attention.Inputs.self(x.matrix());
    attention.forward(pass, inputs, setting, tape);
    long products = backend.products().products();
    attention.backward(pass, inputs, new Attention.Step(setting, tape, g.matrix(), null, null));
    // dV of each head and example, and the weight's gradient; nothing through the scores
    assertThat(backend.products().products() - products).isEqualTo(c.heads * EXAMPLES + 1);
  }

  static Stream<Case> cached() {
    return cases().filter(c -> c.dropout == 0f && c.kind != Kind.BIDIRECTIONAL);
  }

  /** The first tokens at once, then one after the other: the same contexts as all at once. */
  @ParameterizedTest
  @MethodSource("cached")
  void decodingOnACacheEqualsForward(Case c) {
    Attention attention = attention(c);
    Tensor x = tensor(4, EXAMPLES * QUERIES, IN);
    Tensor memory = c.kind == Kind.CROSS ? tensor(5, EXAMPLES * MEMORY, IN) : x;
    var pass = Pass.of(Pass.Mode.EVALUATE, 0);
    var tape = new Attention.Tape(compute.workspace());
    var inputs = new Attention.Inputs(x.matrix(), memory.matrix());
    attention.forward(pass, inputs, setting(c, c.mask()), tape);
    float[] whole = tape.context().toArray();
    var cache = new KeyValues(backend, EXAMPLES, c.keyHeads * WIDTH);
    open.add(cache);
    if (c.kind == Kind.CROSS) {
      cache.expect(MEMORY);
      attention.remember(pass, memory.matrix(), null, cache);
      cache.append();
    }
    int done = 0;
    for (int count : new int[] {3, 1, 1}) {
      Matrix part = part(x, done, count);
      AttentionMask mask = stepMask(c, done, count);
      if (c.kind != Kind.CROSS) {
        cache.expect(count);
        attention.remember(pass, part, rotary(c, stepPositions(done, count)), cache);
        cache.append();
      }
      var setting = new Attention.Setting(mask, rotary(c, stepPositions(done, count)), null);
      attention.decode(pass, part, setting, cache, tape);
      assertPart(tape.context(), whole, done, count);
      done += count;
    }
  }

  private Attention attention(Case c) {
    return attention(
        c,
        parameter(1, c.heads * WIDTH, IN),
        parameter(2, c.keyHeads * WIDTH, IN),
        parameter(3, c.keyHeads * WIDTH, IN));
  }

  /** Rows of each example. */
  private Matrix part(Tensor x, int from, int count) {
    Tensor part = tensor(0, EXAMPLES * count, IN);
    for (int e = 0; e < EXAMPLES; e++) {
      backend.copy(
          part.matrix().rows(e * count, count), x.matrix().rows(e * QUERIES + from, count));
    }
    return part.matrix();
  }

  private static AttentionMask stepMask(Case c, int done, int count) {
    AttentionMask whole = c.mask();
    if (c.kind == Kind.CROSS) {
      return AttentionMask.cross(count, padding(MEMORY, 0, 2));
    }
    int keys = done + count;
    int[] tokens = new int[EXAMPLES * keys];
    for (int e = 0; e < EXAMPLES; e++) {
      System.arraycopy(whole.tokens(), e * QUERIES, tokens, e * keys, keys);
    }
    return new AttentionMask(EXAMPLES, count, keys, tokens, AttentionMask.Reach.PAST, done);
  }

  private static int[] stepPositions(int done, int count) {
    return positions(count, done);
  }

  /** Rows that see something: the others look at all keys that there are so far. */
  private static void assertPart(Matrix got, float[] whole, int from, int count) {
    int columns = got.columns();
    for (int r = 0; r < got.rows(); r++) {
      int at = (r / count * QUERIES + from + r % count) * columns;
      if (r / count == 0 || from + r % count >= 2) {
        float[] want = Arrays.copyOfRange(whole, at, at + columns);
        close("row " + r + " from " + from, got.rows(r, 1).toArray(), doubles(want));
      }
    }
  }

  private static double weighted(double[] context, Tensor g) {
    float[] weights = g.toArray();
    double sum = 0;
    for (int i = 0; i < context.length; i++) {
      sum += context[i] * weights[i];
    }
    return sum;
  }

  private static double[] gradient(ToDoubleFunction<double[]> f, double[] at) {
    double[] gradient = new double[at.length];
    for (int i = 0; i < at.length; i++) {
      double kept = at[i];
      at[i] = kept + 1e-5;
      double above = f.applyAsDouble(at);
      at[i] = kept - 1e-5;
      gradient[i] = (above - f.applyAsDouble(at)) / 2e-5;
      at[i] = kept;
    }
    return gradient;
  }

  private static float[] minus(Tensor tensor, float[] start) {
    float[] values = tensor.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] -= start[i];
    }
    return values;
  }

  private static double[] d(Tensor tensor) {
    return doubles(tensor.toArray());
  }

  private static double[] doubles(float[] values) {
    double[] copy = new double[values.length];
    Arrays.setAll(copy, i -> values[i]);
    return copy;
  }

  private static void close(String what, float[] got, double[] want) {
    assertThat(got).as(what).hasSize(want.length);
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i]).as("%s[%d]", what, i).isCloseTo(want[i], within(1e-5));
    }
  }
}
