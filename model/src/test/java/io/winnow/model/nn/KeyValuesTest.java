package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.CpuBackend;
import io.winnow.model.compute.Tensor;
import org.junit.jupiter.api.Test;

class KeyValuesTest {
  @Test
  void sequencesOfACacheAreReorderedMultipliedAndGivenUp() {
    long before = Tensor.liveBytes();
    int width = 3;
    var cache = new KeyValues(new CpuBackend(), 2, width);
    append(cache, 0, 20); // grows
    cache.select(new int[] {1, 0, 1, 1});
    append(cache, 100, 1);
    cache.select(new int[] {2, 0});
    append(cache, 200, 2);
    assertThat(cache.length()).isEqualTo(23);
    assertThat(cache.sequences()).isEqualTo(2);
    Attention.KeyRows rows = cache.rows();
    for (int r = 0; r < 2; r++) {
      float[] keys = rows.k().rows(r * rows.stride(), 23).toArray();
      assertThat(keys[0]).isEqualTo(20f * width); // both began as the second sequence
      assertThat(keys[19 * width]).isEqualTo((20f + 19) * width);
      assertThat(keys[20 * width]).isEqualTo(100 + (r == 0 ? 2f : 0f) * width);
      assertThat(keys[22 * width + 2]).isEqualTo(200 + (2 * r + 1) * width + 2);
      float[] values = rows.v().rows(r * rows.stride(), 23).toArray();
      assertThat(values[22 * width + 2]).isEqualTo(-keys[22 * width + 2]);
    }
    cache.close();
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  private static void append(KeyValues cache, float from, int rows) {
    cache.expect(rows);
    float[] values = new float[cache.newKeys().rows() * cache.newKeys().columns()];
    float[] negative = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = from + i;
      negative[i] = -values[i];
    }
    cache.newKeys().set(values);
    cache.newValues().set(negative);
    cache.append();
  }

  @Test
  void aPromptsProjectionsDoNotStay() {
    try (var cache = new KeyValues(new CpuBackend(), 2, 3)) {
      append(cache, 0, 30);
      long prompt = Tensor.liveBytes();
      append(cache, 0, 1);
      assertThat(prompt - Tensor.liveBytes()).isEqualTo(2 * 4 * 2 * 3 * (30 - 1));
    }
  }
}
