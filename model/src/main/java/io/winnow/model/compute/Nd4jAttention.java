package io.winnow.model.compute;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.Gather;
import org.nd4j.linalg.api.ops.impl.shape.OneHot;
import org.nd4j.linalg.api.ops.impl.transforms.custom.LessThanOrEqual;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What attention needs besides products, in ND4J operations; softmax in double. */
final class Nd4jAttention {
  private Nd4jAttention() {}

  static void maskedSoftmax(Matrix p, AttentionMask mask) {
    try (var t = new Temporaries()) {
      INDArray seen = seen(mask, t); // [rows, keys], 1 or 0
      INDArray x = t.doubles(p);
      cover(x, seen);
      x.subi(x.max(true, 1));
      Transforms.exp(x, false).muli(seen);
      INDArray sum = x.sum(true, 1);
      INDArray none = sum.eq(0).castTo(DataType.DOUBLE); // rows that see no key
      x.divi(sum.addi(none));
      if (mask.reach() == AttentionMask.Reach.PAST) {
        x.addiColumnVector(none.divi(mask.keys())); // a blind query looks at all keys alike
      }
      Views.of(p).assign(x);
    }
  }

  /** x becomes lowest where nothing is seen. */
  private static void cover(INDArray x, INDArray seen) {
    INDArray cover = seen.sub(1).muli(Double.MAX_VALUE); // 0 or lowest
    BooleanIndexing.assignIf(x, cover, Conditions.lessThan(0));
  }

  /** {@link AttentionMask#sees} of all queries and keys: 1 or 0. */
  private static INDArray seen(AttentionMask mask, Temporaries t) {
    int queries = mask.queries();
    INDArray tokens = t.indices(mask.tokens()).reshape(mask.examples(), mask.keys());
    int[] rows = new int[mask.examples() * queries];
    Arrays.setAll(rows, r -> r / queries);
    INDArray seen = rows(tokens.neq(0), rows, t);
    if (mask.reach() == AttentionMask.Reach.PAST) {
      INDArray keys = range(0, mask.keys()).reshape(1, mask.keys());
      INDArray last = range(mask.past(), queries).reshape(queries, 1);
      INDArray past = Nd4j.createUninitialized(DataType.BOOL, queries, mask.keys());
      Nd4j.exec(new LessThanOrEqual(keys, last, past));
      Arrays.setAll(rows, r -> r % queries);
      seen.muli(rows(past, rows, t));
    }
    return seen;
  }

  private static INDArray rows(INDArray table, int[] rows, Temporaries t) {
    return t.of(new Gather(t.doubles(table), t.indices(rows), 0));
  }

  /** n integers from {@code from} on. */
  private static INDArray range(int from, int n) {
    return Nd4j.arange(from, from + n);
  }

  static void softmaxGradient(Matrix dp, Matrix p) {
    try (var t = new Temporaries()) {
      INDArray g = t.doubles(dp);
      INDArray y = t.doubles(p);
      INDArray dot = g.mul(y).sum(true, 1);
      Views.of(dp).assign(g.subi(dot).muli(y));
    }
  }

  static void addRelative(Matrix s, Matrix c, Matrix p, RelativeIndex index) {
    try (var t = new Temporaries()) {
      var distances = new Distances(s.rows() / index.length(), index);
      INDArray scores = Views.parts(s, distances.examples);
      INDArray byRow = t.of(new Gather(Views.of(c), t.indices(distances.descending()), 1));
      INDArray byColumn = t.of(new Gather(Views.of(p), t.indices(index.column()), 1));
      scores.addi(distances.byRow(byRow));
      scores.addi(distances.byColumn(byColumn));
    }
  }

  static void relativeGradient(Matrix ds, Matrix dc, Matrix dp, RelativeIndex index) {
    try (var t = new Temporaries()) {
      var distances = new Distances(ds.rows() / index.length(), index);
      INDArray scores = Views.parts(ds, distances.examples);
      INDArray byRow = distances.zeros(t);
      distances.byRow(byRow).assign(scores);
      gather(byRow, distances.descending(), dc, t);
      INDArray byColumn = distances.zeros(t);
      distances.byColumn(byColumn).assign(scores);
      gather(byColumn, index.column(), dp, t);
    }
  }

  /**
   * to[r, column[d]] = sum of wide[r, d], as a product: a scatter of several distances to one
   * column would leave the order of the sum to the device.
   */
  private static void gather(INDArray wide, int[] column, Matrix to, Temporaries t) {
    INDArray ids = t.indices(column);
    INDArray one = t.of(new OneHot(ids, to.columns(), -1, 1, 0, DataType.FLOAT));
    Nd4jProducts.set(Views.of(to), wide, one);
  }

  /**
   * Terms by distance, {@code [examples * length, 2 length - 1]}, seen as scores {@code [examples,
   * i, j]}: along a diagonal of the scores the distance is one, so that strides alone lead from the
   * one form to the other.
   */
  private record Distances(int examples, RelativeIndex index) {
    int width() {
      return 2 * index.length() - 1;
    }

    /** The columns of distances length - 1 down to 1 - length. */
    int[] descending() {
      int[] reversed = new int[width()];
      for (int d = 0; d < reversed.length; d++) {
        reversed[d] = index.column()[reversed.length - 1 - d];
      }
      return reversed;
    }

    INDArray zeros(Temporaries t) {
      int rows = examples * index.length();
      return t.zeros(rows, width());
    }

    /** Row i holds distances descending: score (i, j) is its element length - 1 - i + j. */
    INDArray byRow(INDArray wide) {
      return scores(wide, step(), 1);
    }

    /** Row j holds distances ascending: score (i, j) is its element length - 1 + i - j. */
    INDArray byColumn(INDArray wide) {
      return scores(wide, 1, step());
    }

    private long step() {
      return Math.max(1, width() - 1);
    }

    private INDArray scores(INDArray wide, long strideI, long strideJ) {
      int length = index.length();
      long[] strides = {(long) length * width(), strideI, strideJ};
      long[] shape = {examples, length, length};
      return Views.strided(wide, length - 1, shape, strides);
    }
  }

  static void rotate(Matrix x, Rotary rotary, Rotary.Turn turn) {
    int half = rotary.width() / 2;
    try (var t = new Temporaries()) {
      INDArray positions = t.indices(rotary.positions());
      INDArray cos = byRow(rotary.cos(), positions, t);
      INDArray sin = byRow(rotary.sin(), positions, t);
      if (turn == Rotary.Turn.BACKWARD) {
        sin.negi();
      }
      INDArray first = Views.halves(x, rotary.width(), 0); // [rows, heads, half]
      INDArray second = Views.halves(x, rotary.width(), half);
      INDArray a = first.mul(cos).subi(second.mul(sin));
      INDArray b = second.mul(cos).addi(first.mul(sin));
      first.assign(a);
      second.assign(b);
    }
  }

  /** The rows of a table {@code [positions, half]} as {@code [rows, 1, half]}. */
  private static INDArray byRow(Tensor table, INDArray positions, Temporaries t) {
    INDArray rows = t.of(new Gather(Views.of(table.matrix()), positions, 0));
    return rows.reshape(rows.size(0), 1, rows.size(1));
  }
}
