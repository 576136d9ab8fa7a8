package io.winnow.model.compute;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Layer norms in ND4J operations, in double (ND4J's layer_norm is slow and not for all shapes). */
final class Nd4jNorms {
  private Nd4jNorms() {}

  static void layerNorm(
      Matrix y, Norm.Input input, Norm.Weights weights, Norm.@Nullable Tape tape) {
    try (var t = new Temporaries()) {
      INDArray s = t.doubles(t.dropped(input.x(), input.mask()));
      if (input.residual() != null) {
        s.addi(t.doubles(input.residual()));
      }
      s.subi(rowMeans(s));
      normalize(s, weights.epsilon(), tape);
      s.muli(t.doubles(weights.gamma())).addi(t.doubles(weights.beta()));
      Views.of(y).assign(s);
    }
  }

  static void rmsNorm(Matrix y, Matrix x, Norm.Rms weights, Norm.@Nullable Tape tape) {
    try (var t = new Temporaries()) {
      INDArray s = t.doubles(x);
      normalize(s, weights.epsilon(), tape);
      Views.of(y).assign(s.muli(t.doubles(weights.gamma())));
    }
  }

  /** s becomes s rstd, rstd = 1 / sqrt(mean(s^2) + epsilon) of each row. */
  private static void normalize(INDArray s, float epsilon, Norm.@Nullable Tape tape) {
    INDArray rstd = rowMeans(s.mul(s)).addi(epsilon);
    Transforms.sqrt(rstd, false).rdivi(1);
    s.muli(rstd);
    if (tape != null) {
      Views.of(tape.normalized()).assign(s);
      Views.of(tape.rstd()).assign(rstd);
    }
  }

  static void layerNormGradient(Matrix ds, Matrix dy, Norm.Weights weights, Norm.Tape tape) {
    try (var t = new Temporaries()) {
      INDArray e = t.doubles(dy).muli(t.doubles(weights.gamma()));
      INDArray mean = rowMeans(e);
      gradient(e, tape, t);
      e.subi(mean).muli(t.doubles(tape.rstd()));
      Views.of(ds).assign(e);
    }
  }

  static void rmsNormGradient(Matrix dx, Matrix dy, Norm.Rms weights, Norm.Tape tape) {
    try (var t = new Temporaries()) {
      INDArray e = t.doubles(dy).muli(t.doubles(weights.gamma()));
      gradient(e, tape, t);
      Views.of(dx).assign(e.muli(t.doubles(tape.rstd())));
    }
  }

  /** e becomes e - n mean(e n). */
  private static void gradient(INDArray e, Norm.Tape tape, Temporaries t) {
    INDArray n = t.doubles(tape.normalized());
    INDArray slope = rowMeans(e.mul(n));
    e.subi(n.muli(slope));
  }

  private static INDArray rowMeans(INDArray x) {
    return x.mean(true, 1);
  }
}
