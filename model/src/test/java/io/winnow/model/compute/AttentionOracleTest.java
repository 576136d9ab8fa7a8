package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Masks and rotations against their definitions, element by element in double. */
@ParameterizedClass
@EnumSource(BackendKind.class)
class AttentionOracleTest {
  /** Two examples of five: padded on the right, on the left; and one that is all padding. */
  private static final int[] TOKENS = {1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0};

  private static final PaddingMask PADDING = new PaddingMask(3, 5, TOKENS);

  private final Backend backend;

  AttentionOracleTest(BackendKind kind) {
    this.backend = kind.create();
  }

  static Stream<AttentionMask> masks() {
    int[] tokens = new int[2 * 70];
    Arrays.fill(tokens, 3, 125, 1);
    return Stream.of(
        AttentionMask.bidirectional(PADDING),
        AttentionMask.causal(PADDING),
        AttentionMask.cross(1, PADDING),
        AttentionMask.cross(7, PADDING),
        AttentionMask.causal(new PaddingMask(2, 70, tokens)),
        new AttentionMask(3, 1, 5, TOKENS, AttentionMask.Reach.PAST, 4),
        new AttentionMask(3, 2, 5, TOKENS, AttentionMask.Reach.PAST, 3),
        new AttentionMask(1, 1, 1, new int[] {1}, AttentionMask.Reach.PAST, 0),
        new AttentionMask(1, 1, 1, new int[] {0}, AttentionMask.Reach.ALL, 0));
  }

  @ParameterizedTest
  @MethodSource("masks")
  void probabilitiesAreOfTheKeysThatAreSeen(AttentionMask mask) {
    int rows = mask.examples() * mask.queries();
    try (Tensor scores = Samples.tensor(1, rows, mask.keys() + 3)) {
      Matrix p = scores.matrix().columns(1, mask.keys());
      double[][] before = Samples.doubles(p);
      backend.maskedSoftmax(p, mask);
      double[][] after = Samples.doubles(p);
      for (int r = 0; r < rows; r++) {
        double[] want = want(mask, before[r], seen(mask, r));
        for (int j = 0; j < mask.keys(); j++) {
          assertThat(after[r][j]).as("[%d, %d]", r, j).isCloseTo(want[j], within(1e-6));
        }
      }
    }
  }

  /** A query that sees no key looks at all alike where it looks back, else at none. */
  private static double[] want(AttentionMask mask, double[] scores, boolean[] seen) {
    for (boolean sees : seen) {
      if (sees) {
        return Oracle.softmax(scores, seen);
      }
    }
    double[] alike = new double[seen.length];
    Arrays.fill(alike, mask.reach() == AttentionMask.Reach.PAST ? 1.0 / seen.length : 0);
    return alike;
  }

  /** By the definition, not by {@link AttentionMask#sees}. */
  private static boolean[] seen(AttentionMask mask, int row) {
    int example = row / mask.queries();
    int query = row % mask.queries();
    boolean[] seen = new boolean[mask.keys()];
    for (int j = 0; j < seen.length; j++) {
      boolean behind = mask.reach() == AttentionMask.Reach.PAST && j > query + mask.past();
      seen[j] = mask.tokens()[example * mask.keys() + j] == 1 && !behind;
      assertThat(mask.sees(example, query, j)).isEqualTo(seen[j]);
    }
    return seen;
  }

  @Test
  void whatStandsAtPaddingDoesNotMatterAndLargeScoresDoNotOverflow() {
    float[] scores = {1e4f, 9999f, -1e4f, Float.NaN, Float.POSITIVE_INFINITY};
    try (Tensor p = Tensor.of(scores, 1, 5)) {
      var tokens = new PaddingMask(1, 5, new int[] {1, 1, 1, 0, 0});
      backend.maskedSoftmax(p.matrix(), AttentionMask.cross(1, tokens));
      float first = (float) (1 / (1 + Math.exp(-1)));
      assertThat(p.toArray()[0]).isCloseTo(first, within(1e-6f));
      assertThat(p.toArray()[1]).isCloseTo(1 - first, within(1e-6f));
      assertThat(p.toArray()[2]).isBetween(0f, Float.MIN_NORMAL);
      assertThat(Arrays.copyOfRange(p.toArray(), 3, 5)).containsOnly(0f);
    }
  }

  @Test
  void aScoreThatIsNotANumberIsNotHidden() {
    try (Tensor p = Tensor.of(new float[] {1f, Float.NaN, 2f}, 1, 3)) {
      backend.maskedSoftmax(p.matrix(), AttentionMask.cross(1, allTokens(3)));
      assertThat(p.toArray()[1]).isNaN();
    }
  }

  private static PaddingMask allTokens(int n) {
    int[] tokens = new int[n];
    Arrays.fill(tokens, 1);
    return new PaddingMask(1, n, tokens);
  }

  record Heads(int rows, int heads, int width) {}

  static Stream<Heads> heads() {
    return Stream.of(
        new Heads(1, 1, 2), new Heads(5, 1, 8), new Heads(6, 3, 4), new Heads(9, 4, 34));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void headsTurnByTheAnglesOfTheirRowsPositions(Heads heads) {
    try (Angles angles = new Angles(heads);
        Tensor x = Samples.tensor(1, heads.rows, heads.heads * heads.width + 3)) {
      Matrix part = x.matrix().columns(2, heads.heads * heads.width);
      double[][] before = Samples.doubles(part);
      backend.rotate(part, angles.rotary(), Rotary.Turn.FORWARD);
      double[][] after = Samples.doubles(part);
      int half = heads.width / 2;
      for (int r = 0; r < heads.rows; r++) {
        for (int c = 0; c < part.columns(); c++) {
          int i = c % heads.width;
          double angle = angles.angle(r, i % half);
          double other = i < half ? -before[r][c + half] : before[r][c - half];
          double want = before[r][c] * Math.cos(angle) + other * Math.sin(angle);
          assertThat(after[r][c]).as("[%d, %d]", r, c).isCloseTo(want, within(1e-6));
        }
      }
      backend.rotate(part, angles.rotary(), Rotary.Turn.BACKWARD);
      for (int r = 0; r < heads.rows; r++) {
        assertThat(Samples.doubles(part)[r]).containsExactly(before[r], within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void turningBackwardIsTheTransposeOfTurningForward(Heads heads) {
    int columns = heads.heads * heads.width;
    try (Angles angles = new Angles(heads);
        Tensor x = Samples.tensor(1, heads.rows, columns);
        Tensor g = Samples.tensor(2, heads.rows, columns);
        Tensor turned = Samples.tensor(1, heads.rows, columns)) {
      backend.rotate(turned.matrix(), angles.rotary(), Rotary.Turn.FORWARD);
      double forward = backend.dot(turned.matrix(), g.matrix());
      backend.rotate(g.matrix(), angles.rotary(), Rotary.Turn.BACKWARD);
      double backward = backend.dot(x.matrix(), g.matrix());
      assertThat(backward).isCloseTo(forward, within(1e-6 * x.size()));
    }
  }

  /** Angles that differ by position and by pair; positions are not those of the rows. */
  private static final class Angles implements AutoCloseable {
    private static final int POSITIONS = 20;

    private final Heads heads;
    private final int[] positions;
    private final Tensor cos;
    private final Tensor sin;

    Angles(Heads heads) {
      this.heads = heads;
      this.positions = new int[heads.rows];
      Arrays.setAll(positions, r -> (7 * r + 3) % POSITIONS);
      int half = heads.width / 2;
      this.cos = Tensor.zeros(POSITIONS, half);
      this.sin = Tensor.zeros(POSITIONS, half);
      float[] c = new float[POSITIONS * half];
      float[] s = new float[POSITIONS * half];
      for (int i = 0; i < c.length; i++) {
        c[i] = (float) Math.cos(angleAt(i / half, i % half));
        s[i] = (float) Math.sin(angleAt(i / half, i % half));
      }
      cos.set(c);
      sin.set(s);
    }

    private static double angleAt(int position, int pair) {
      return 0.3 * position / (1 + pair);
    }

    double angle(int row, int pair) {
      return angleAt(positions[row], pair);
    }

    Rotary rotary() {
      return new Rotary(cos, sin, positions, heads.width);
    }

    @Override
    public void close() {
      cos.close();
      sin.close();
    }
  }
}
