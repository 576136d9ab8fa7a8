package io.winnow.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.Bf16;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WireTypeTest {
  private static final LayerId LAYER = new LayerId(1, "layer");
  private static final AdapterId HEAD = new AdapterId(0, "module");
  private static final float[] VALUES = {1.00001f, -3.14159f, 1e-30f};

  /** Halves have 8 bits of precision: none is nearer than half a unit of the last of them. */
  @Property
  void roundedValueIsTheNearestOne(@ForAll float value) {
    float rounded = Bf16.of(Bf16.half(value));

    assertThat(Float.floatToRawIntBits(rounded) & 0xffff).isZero();
    float below = Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xffff0000);
    float above = Float.intBitsToFloat(Float.floatToRawIntBits(below) + 0x10000);
    if (Float.isFinite(above)) {
      double error = Math.abs((double) rounded - value);
      assertThat(error)
          .isLessThanOrEqualTo(Math.abs((double) below - value))
          .isLessThanOrEqualTo(Math.abs((double) above - value));
    }
  }

  @Test
  void tiesGoToTheEvenOneAndWhatIsNoNumberStaysSo() {
    float one = 1f;
    float half = Float.intBitsToFloat(Float.floatToRawIntBits(one) + 0x8000);
    float next = Float.intBitsToFloat(Float.floatToRawIntBits(one) + 0x10000);
    float odd = Float.intBitsToFloat(Float.floatToRawIntBits(one) + 0x18000);
    float up = Float.intBitsToFloat(Float.floatToRawIntBits(one) + 0x20000);

    assertThat(Bf16.rounded(new float[] {half, next, odd, -0f}))
        .containsExactly(one, next, up, -0f);
    assertThat(Bf16.of(Bf16.half(Float.intBitsToFloat(0x7f800001)))).isNaN();
    assertThat(Bf16.of(Bf16.half(Float.MAX_VALUE))).isInfinite();
  }

  @Test
  void gradientsAreRoundedButForTheOneOfOmega() {
    LayerGradient gradient =
        new LayerGradient(
            LAYER,
            List.of(new AdapterGradient(HEAD, VALUES, VALUES, 1.00001f)),
            List.of(new TensorState("t", VALUES)));

    LayerGradient sent = WireType.BF16.sent(gradient);

    assertThat(sent.adapters().get(0).dA()).isEqualTo(Bf16.rounded(VALUES));
    assertThat(sent.adapters().get(0).dB()).isEqualTo(Bf16.rounded(VALUES));
    assertThat(sent.adapters().get(0).dOmega()).isEqualTo(1.00001f);
    assertThat(sent.tensors().get(0).values()).isEqualTo(Bf16.rounded(VALUES));
    assertThat(WireType.F32.sent(gradient)).isSameAs(gradient);
    assertThat(gradient.bytes()).isEqualTo(9 * Float.BYTES + Float.BYTES);
    assertThat(sent.bytes()).isEqualTo(9 * Short.BYTES + Float.BYTES);
  }

  @Test
  void parametersAreRoundedButForOmega() {
    LayerParameters parameters =
        new LayerParameters(
            LAYER,
            List.of(new AdapterState(HEAD, 1, VALUES, VALUES, 1.00001f)),
            List.of(new TensorState("t", VALUES)));

    LayerParameters sent = WireType.BF16.sent(parameters);

    assertThat(sent.adapters().get(0).a()).isEqualTo(Bf16.rounded(VALUES));
    assertThat(sent.adapters().get(0).b()).isEqualTo(Bf16.rounded(VALUES));
    assertThat(sent.adapters().get(0).omega()).isEqualTo(1.00001f);
    assertThat(sent.tensors().get(0).values()).isEqualTo(Bf16.rounded(VALUES));
    assertThat(WireType.F32.sent(parameters)).isSameAs(parameters);
    assertThat(sent.bytes()).isEqualTo(9 * Short.BYTES + Float.BYTES);
  }
}
