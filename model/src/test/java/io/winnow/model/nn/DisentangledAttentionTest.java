package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.RelativeIndex;
import io.winnow.model.compute.Tensor;
import io.winnow.model.nn.DisentangledAttention.PaddedQueries;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention with any relative terms against its formula in double, by central differences. */
class DisentangledAttentionTest {
  private static final int HEADS = 2;
  private static final int WIDTH = 2;
  private static final int HIDDEN = HEADS * WIDTH;
  private static final int LENGTH = 4;
  private static final int ROWS = 2 * LENGTH;
  private static final PaddingMask MASK =
      new PaddingMask(2, LENGTH, new int[] {1, 1, 1, 1, 1, 1, 1, 0});

  /** Distances from 3 on share a row: 5 rows of relative positions. */
  private static final RelativeIndex INDEX = new LogBuckets(0, 3).index(LENGTH);

  /**
   * Relative projections by the layer that they use, empty = none; the terms that the scores are
   * scaled for.
   */
  record Case(String positionQ, String positionK, int terms, PaddedQueries padded) {}

  static Stream<Case> cases() {
    return Stream.of(
        new Case("q", "k", 3, PaddedQueries.SEE_NOTHING),
        new Case("pq", "pk", 3, PaddedQueries.SEE_NOTHING),
        new Case("", "pk", 2, PaddedQueries.SEE_NOTHING),
        new Case("", "k", 2, PaddedQueries.SEE_TOKENS),
        new Case("pq", "", 2, PaddedQueries.SEE_NOTHING),
        new Case("q", "", 2, PaddedQueries.SEE_TOKENS),
        new Case("", "", 1, PaddedQueries.SEE_TOKENS),
        new Case("", "", 3, PaddedQueries.SEE_NOTHING));
  }

  private final Compute compute = Compute.with(new CpuBackend());
  private final Slopes at = new Slopes();
  private final Map<String, Linear> layers = new LinkedHashMap<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Tensor> tensors = new ArrayList<>();

  @AfterEach
  void close() {
    parameters.forEach(Parameter::close);
    tensors.forEach(Tensor::close);
    compute.workspace().close();
  }

  private static double[] project(Slopes s, String layer, double[] in) {
    double[] w = s.get(layer + ".weight");
    double[] out = new double[in.length];
    for (int i = 0; i < in.length; i++) {
      int row = i / HIDDEN;
      out[i] = s.get(layer + ".bias")[i % HIDDEN];
      for (int k = 0; k < HIDDEN; k++) {
        out[i] += in[row * HIDDEN + k] * w[i % HIDDEN * HIDDEN + k];
      }
    }
    return out;
  }

  /** What the formula is evaluated on. */
  private record Projected(double[] q, double[] k, double[] v, double[] pq, double[] pk) {
    static double dot(double[] a, int i, double[] b, int j, int head) {
      double sum = 0;
      for (int d = head * WIDTH; d < (head + 1) * WIDTH; d++) {
        sum += a[i * HIDDEN + d] * b[j * HIDDEN + d];
      }
      return sum;
    }

    double score(int head, int first, int i, int j) {
      int column = INDEX.column()[i - j + LENGTH - 1];
      double sum = dot(q, first + i, k, first + j, head);
      sum += pk.length == 0 ? 0 : dot(q, first + i, pk, column, head);
      return sum + (pq.length == 0 ? 0 : dot(k, first + j, pq, column, head));
    }
  }

  /** sum(g context). */
  private static double loss(Slopes s, Case c) {
    double[] none = {};
    var p =
        new Projected(
            project(s, "q", s.get("x")),
            project(s, "k", s.get("x")),
            project(s, "v", s.get("x")),
            c.positionQ.isEmpty() ? none : project(s, c.positionQ, s.get("r")),
            c.positionK.isEmpty() ? none : project(s, c.positionK, s.get("r")));
    double sum = 0;
    for (int row = 0; row < ROWS; row++) {
      if (MASK.isToken(row) || c.padded == PaddedQueries.SEE_TOKENS) {
        for (int head = 0; head < HEADS; head++) {
          sum += query(s, c, p, row, head);
        }
      }
    }
    return sum;
  }

  private static double query(Slopes s, Case c, Projected p, int row, int head) {
    int first = row - row % LENGTH;
    double[] weights = new double[LENGTH];
    double total = 0;
    for (int j = 0; j < LENGTH; j++) {
      double score = p.score(head, first, row - first, j) / Math.sqrt((double) c.terms * WIDTH);
      weights[j] = MASK.isToken(first + j) ? Math.exp(score) : 0;
      total += weights[j];
    }
    double sum = 0;
    for (int j = 0; j < LENGTH; j++) {
      sum += weights[j] / total * Projected.dot(s.get("g"), row, p.v, first + j, head);
    }
    return sum;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void contextAndAllGradientsMatch(Case c) {
    Tensor x = tensor("x", ROWS);
    Tensor r = tensor("r", INDEX.range());
    Tensor g = tensor("g", ROWS);
    Tensor dx = zeros(ROWS);
    Tensor dr = zeros(INDEX.range());
    var pass = Pass.of(Pass.Mode.GRADIENTS, 0);
    var attention = attention(c);
    boolean relative = !c.positionQ.isEmpty() || !c.positionK.isEmpty();
    var rows = relative ? new DisentangledAttention.Relative(r.matrix(), INDEX) : null;
    var setting = new DisentangledAttention.Setting(rows, MASK, c.padded);
    var tape = new AttentionTape(compute.workspace());

    attention.forward(pass, x.matrix(), setting, tape);
    assertThat(compute.backend().dot(tape.context(), g.matrix()))
        .isCloseTo(loss(at, c), within(1e-5));

    var needs = new DisentangledAttention.Needs(true, relative);
    var gradients = new DisentangledAttention.Gradients(g.matrix(), dx.matrix(), dr.matrix());
    attention.backward(
        pass, x.matrix(), new DisentangledAttention.Step(setting, tape, needs, gradients));
    at.check("x", dx.toArray(), s -> loss(s, c));
    at.check("r", dr.toArray(), s -> loss(s, c));
    for (Parameter p : parameters) {
      at.check(p.name(), p.gradient().toArray(), s -> loss(s, c));
    }
  }

  private DisentangledAttention attention(Case c) {
    var projections =
        new DisentangledAttention.Layers(
            use("q"), use("k"), use("v"), relative(c.positionQ), relative(c.positionK));
    var none = new DisentangledAttention.Dropouts(Dropout.NONE, Dropout.NONE);
    var shape = new DisentangledAttention.Shape(HEADS, WIDTH, c.terms);
    var scratch = new AttentionScratch(compute.workspace(), shape);
    return new DisentangledAttention(compute.backend(), projections, none, scratch);
  }

  private Linear relative(String layer) {
    return layer.isEmpty() ? null : use(layer);
  }

  /** A use of a layer, all trained; q and k may have two. */
  private Linear use(String layer) {
    Linear used = layers.get(layer);
    if (used == null) {
      Parameter weight = trained(layer + ".weight", HIDDEN);
      Parameter bias = trained(layer + ".bias", 1);
      var slot = new AdapterSlot(new LinearSite(layer, HIDDEN, HIDDEN, 0));
      used = new Linear(compute, new Linear.Weights(weight, bias, slot), Dropout.NONE);
      layers.put(layer, used);
    }
    return used;
  }

  private Parameter trained(String name, int rows) {
    var parameter = new Parameter(name, tensor(name, rows), 0);
    parameter.train();
    parameters.add(parameter);
    return parameter;
  }

  private Tensor tensor(String name, int rows) {
    Tensor tensor = Tensor.of(at.add(name, rows * HIDDEN, 2), rows, HIDDEN);
    tensors.add(tensor);
    return tensor;
  }

  private Tensor zeros(int rows) {
    Tensor tensor = Tensor.zeros(rows, HIDDEN);
    tensors.add(tensor);
    return tensor;
  }
}
