package io.winnow.model.compute;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Activations and their derivatives in ND4J operations. GELU is built from erf: ND4J's own is
 * another approximation.
 */
final class Nd4jActivations {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double INVERSE_SQRT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);
  private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);
  private static final double GELU_CUBIC = 0.044715;

  private Nd4jActivations() {}

  /** f(x). */
  static INDArray value(Activation f, INDArray x) {
    return switch (f) {
      case GELU -> normalCdf(x).muli(x);
      case GELU_TANH -> geluGate(x).muli(x);
      case SILU -> sigmoid(x.dup()).muli(x);
      case TANH -> tanh(x);
      case RELU -> positive(x).muli(x);
    };
  }

  /** f'(x). */
  static INDArray slope(Activation f, INDArray x) {
    return switch (f) {
      case GELU -> {
        INDArray density = Transforms.exp(x.mul(x).muli(-0.5), false);
        yield density.muli(INVERSE_SQRT_TWO_PI).muli(x).addi(normalCdf(x));
      }
      case GELU_TANH -> {
        INDArray gate = geluGate(x); // (1 + tanh(u)) / 2
        INDArray inner = x.mul(x).muli(3 * GELU_CUBIC).addi(1).muli(SQRT_TWO_OVER_PI);
        yield gate.rsub(1).muli(gate).muli(x).muli(2).muli(inner).addi(gate);
      }
      case SILU -> {
        INDArray gate = sigmoid(x.dup());
        yield gate.rsub(1).muli(x).addi(1).muli(gate);
      }
      case TANH -> {
        INDArray y = tanh(x);
        yield y.muli(y).rsubi(1);
      }
      case RELU -> positive(x);
    };
  }

  private static INDArray normalCdf(INDArray x) {
    INDArray y = x.mul(SQRT_HALF);
    Nd4j.getExecutioner().exec(new Erf(y, y));
    return y.muli(0.5).addi(0.5);
  }

  private static INDArray geluGate(INDArray x) {
    INDArray u = x.mul(x).muli(GELU_CUBIC).addi(1).muli(x).muli(SQRT_TWO_OVER_PI);
    return sigmoid(u.muli(2)); // (1 + tanh(u)) / 2
  }

  private static INDArray sigmoid(INDArray x) {
    return Transforms.sigmoid(x, false);
  }

  private static INDArray tanh(INDArray x) {
    return Transforms.tanh(x.dup(), false);
  }

  /** 1 where x > 0, else 0. */
  private static INDArray positive(INDArray x) {
    return x.gt(0).castTo(DataType.FLOAT);
  }
}
