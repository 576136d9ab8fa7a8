package io.winnow.model.compute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.shape.Gather;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Operations that pick rows or single values, in ND4J operations. */
final class Nd4jRows {
  /** Logits that are in double at a time: 32 MiB of them. */
  private static final int LOGITS = 1 << 22;

  private Nd4jRows() {}

  static void gather(Matrix y, Matrix table, int[] ids) {
    try (var t = new Temporaries()) {
      Views.of(y).assign(rows(table, ids, t));
    }
  }

  private static INDArray rows(Matrix table, int[] ids, Temporaries t) {
    return t.of(new Gather(Views.of(table), t.indices(ids), 0));
  }

  static void scatterAdd(Matrix table, int[] ids, Matrix y) {
    for (List<Integer> round : rounds(ids)) {
      int[] rows = round.stream().mapToInt(Integer::intValue).toArray();
      int[] targets = Arrays.stream(rows).map(row -> ids[row]).toArray();
      try (var t = new Temporaries()) {
        scatter("scatter_add", Views.of(table), t.indices(targets), rows(y, rows, t));
      }
    }
  }

  private static void scatter(String name, INDArray table, INDArray ids, INDArray rows) {
    Nd4j.exec(DynamicCustomOp.builder(name).addInputs(table, ids, rows).callInplace(true).build());
  }

  /**
   * The rows in rounds without a repeated id: an id's k-th row is in round k. Within one scatter
   * the order in which repeated ids add up would be the device's.
   */
  private static List<List<Integer>> rounds(int[] ids) {
    var rounds = new ArrayList<List<Integer>>();
    Map<Integer, Integer> times = new HashMap<>();
    for (int row = 0; row < ids.length; row++) {
      int round = times.merge(ids[row], 1, Integer::sum) - 1;
      if (round == rounds.size()) {
        rounds.add(new ArrayList<>());
      }
      rounds.get(round).add(row);
    }
    return rounds;
  }

  static void clearPadding(Matrix y, PaddingMask mask) {
    for (RowRun run : RowRun.of(y.rows(), y.rows(), mask::isToken)) {
      if (!run.holds()) {
        Views.of(y.rows(run.from(), run.count())).assign(0);
      }
    }
  }

  static void crossEntropy(Matrix z, int[] labels, float factor, double[] losses) {
    int longest = Math.max(1, LOGITS / z.columns());
    for (RowRun run : RowRun.of(z.rows(), longest, row -> labels[row] >= 0)) {
      Matrix part = z.rows(run.from(), run.count());
      int end = run.from() + run.count();
      if (run.holds()) {
        int[] own = Arrays.copyOfRange(labels, run.from(), end);
        double[] loss = crossEntropy(part, own, factor);
        System.arraycopy(loss, 0, losses, run.from(), loss.length);
      } else {
        Views.of(part).assign(0);
        Arrays.fill(losses, run.from(), end, 0);
      }
    }
  }

  /** The losses; no label is negative. */
  private static double[] crossEntropy(Matrix z, int[] labels, float factor) {
    int n = z.columns();
    int[] targets = new int[labels.length];
    Arrays.setAll(targets, row -> row * n + labels[row]);
    try (var t = new Temporaries()) {
      INDArray p = t.doubles(z);
      INDArray flat = p.reshape(p.length());
      INDArray at = t.indices(targets);
      p.subi(p.max(true, 1));
      INDArray target = t.of(new Gather(flat, at, 0));
      INDArray total = Transforms.exp(p, false).sum(true, 1);
      p.divi(total).muli(factor);
      INDArray once = target.like().assign(factor);
      scatter("scatter_sub", flat, at, once);
      Views.of(z).assign(p);
      INDArray log = Transforms.log(total, false).reshape(labels.length);
      return log.subi(target).toDoubleVector();
    }
  }
}
