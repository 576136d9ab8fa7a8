package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class FoldedAdapterPropertyTest {
  /** One rounding of a float there, one back: 2^-24 of the value each. */
  @Property(tries = 300)
  void foldingOmegaAndScaleIntoBAndBackLosesNothing(
      @ForAll @Size(12) List<@FloatRange(min = -4, max = 4) Float> values,
      @ForAll @FloatRange(min = 0.01f, max = 100) float magnitude,
      @ForAll boolean negative,
      @ForAll @IntRange(min = 1, max = 8) int scale,
      @ForAll @IntRange(min = 1, max = 64) int readerScale) {
    float omega = negative ? -magnitude : magnitude;
    float[] b = new float[values.size()];
    for (int i = 0; i < b.length; i++) {
      b[i] = values.get(i);
    }
    AdapterSpec spec = new AdapterSpec(new AdapterId(0, "m"), 2, 4, 1, scale);
    AdapterState grown = new AdapterState(spec.id(), 3, new float[6], b, omega);
    FoldedAdapter folded = FoldedAdapter.of(spec, grown, readerScale);
    double factor = (double) omega * scale / readerScale;

    assertThat(folded.rank()).isEqualTo(3);
    assertThat(folded.a()).isSameAs(grown.a());
    for (int i = 0; i < b.length; i++) {
      float back = (float) (folded.b()[i] / factor);
      assertThat(back).isCloseTo(b[i], within(Math.abs(b[i]) * 0x1p-22f + 1e-36f));
    }
  }
}
