package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The backend's own arrays are closed when an operation ends, not when the collector runs. */
class Nd4jMemoryTest {
  private static final int EXAMPLES = 4;
  private static final int LENGTH = 64;
  private static final int ROWS = EXAMPLES * LENGTH;
  private static final int WIDTH = 256;

  private final Backend backend = BackendKind.ND4J.create();
  private final PaddingMask padding = padding();

  private static PaddingMask padding() {
    int[] tokens = new int[ROWS];
    Arrays.fill(tokens, 0, ROWS - 10, 1);
    return new PaddingMask(EXAMPLES, LENGTH, tokens);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void manyCallsOfEveryOperationNeedNoMoreMemoryThanAFew() {
    long bytes = Tensor.liveBytes();
    calls(10);
    assertThat(Tensor.liveBytes()).isEqualTo(bytes);
    long physical = Pointer.physicalBytes();
    calls(40);
    assertThat(Tensor.liveBytes()).isEqualTo(bytes);
    // temporaries that were closed one by one let it grow by 5 MiB a round
    assertThat(Pointer.physicalBytes() - physical).isLessThan(64L << 20);
  }

  private void calls(int rounds) {
    try (Tensor x = Samples.tensor(1, ROWS, WIDTH);
        Tensor y = Tensor.zeros(ROWS, WIDTH);
        Tensor z = Tensor.zeros(ROWS, WIDTH);
        Tensor gamma = Samples.tensor(2, WIDTH);
        Tensor single = Tensor.zeros(ROWS, 1);
        Tensor scores = Tensor.zeros(ROWS, LENGTH)) {
      var tape = new Norm.Tape(z.matrix(), single.matrix());
      for (int round = 0; round < rounds; round++) {
        backend.copy(y.matrix(), x.matrix());
        rows(y.matrix(), x.matrix(), round);
        norms(y.matrix(), gamma, tape);
        attention(scores.matrix(), y.matrix());
        picked(y.matrix(), x.matrix());
      }
    }
  }

  private void rows(Matrix y, Matrix x, int round) {
    DropMask mask = DropMask.of(round, 0.1f);
    backend.addScaled(y, 0.1f, x);
    backend.dropout(y, y, mask);
    backend.addDropout(y, x, mask);
    for (Activation f : Activation.values()) {
      backend.activate(f, y, null, x);
    }
    backend.dot(x, y);
  }

  private void norms(Matrix y, Tensor gamma, Norm.Tape tape) {
    var weights = new Norm.Weights(gamma, gamma, 1e-7f);
    backend.layerNorm(y, new Norm.Input(y, y, DropMask.of(1, 0.1f)), weights, tape);
    backend.layerNormGradient(y, y, weights, tape);
    backend.rmsNorm(y, y, new Norm.Rms(gamma, 1e-5f), tape);
    backend.rmsNormGradient(y, y, new Norm.Rms(gamma, 1e-5f), tape);
    try (Tensor sums = Tensor.zeros(WIDTH)) {
      backend.addGammaGradient(sums, y, tape.normalized());
      backend.addColumnSums(sums, y);
      backend.fillRows(y, sums);
    }
  }

  private void attention(Matrix s, Matrix x) {
    for (int from = 0; from < ROWS; from += LENGTH) {
      Matrix part = x.rows(from, LENGTH);
      backend.product(s.rows(from, LENGTH), 0.1f, part, part.t());
    }
    int[] column = new int[2 * LENGTH - 1];
    Arrays.setAll(column, d -> d / 2);
    var index = new RelativeIndex(LENGTH, LENGTH, column);
    backend.addRelative(s, x.columns(0, LENGTH), x.columns(LENGTH, LENGTH), index);
    backend.maskedSoftmax(s, AttentionMask.causal(padding));
    backend.softmaxGradient(s, s);
    backend.relativeGradient(s, x.columns(0, LENGTH), x.columns(LENGTH, LENGTH), index);
    try (Tensor cos = Samples.tensor(3, ROWS, 16)) {
      int[] positions = new int[ROWS];
      backend.rotate(x, new Rotary(cos, cos, positions, 32), Rotary.Turn.BACKWARD);
    }
  }

  private void picked(Matrix y, Matrix x) {
    int[] ids = new int[ROWS];
    Arrays.setAll(ids, r -> r % 100);
    backend.gather(y, x, ids);
    backend.scatterAdd(y, ids, x);
    backend.clearPadding(y, padding);
    backend.crossEntropy(y, ids, 1f, new double[ROWS]);
  }
}
