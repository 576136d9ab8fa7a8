package io.winnow.model.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {
  @Test
  void closingReturnsTheBytesOnce() {
    long before = Tensor.liveBytes();
    Tensor tensor = Tensor.zeros(10, 7);
    assertThat(Tensor.liveBytes()).isEqualTo(before + 280);
    tensor.close();
    tensor.close();
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @Test
  void newTensorsAreZero() {
    try (Tensor tensor = Tensor.zeros(3, 4)) {
      assertThat(tensor.toArray()).hasSize(12).containsOnly(0f);
    }
  }

  @Test
  void valuesOfAnotherSizeAreRefused() {
    try (Tensor tensor = Tensor.zeros(3)) {
      assertThatThrownBy(() -> tensor.set(new float[4]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("4 values")
          .hasMessageContaining("[3]");
    }
  }

  @Test
  void tensorsOfMoreThanTwoGibibytesAreRefused() {
    assertThatThrownBy(() -> Tensor.zeros(1 << 20, 1 << 10))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1048576, 1024");
  }

  @Test
  void buffersGrowAndAreReused() {
    long before = Tensor.liveBytes();
    try (var workspace = new Workspace()) {
      Workspace.Buffer buffer = workspace.buffer();
      Matrix large = buffer.matrix(8, 4);
      assertThat(buffer.matrix(2, 4).data()).isSameAs(large.data());
      assertThat(buffer.matrix(8, 5).data()).isNotSameAs(large.data());
      assertThat(Tensor.liveBytes()).isEqualTo(before + 160);
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }
}
