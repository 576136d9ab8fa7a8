package io.winnow.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockRangeTest {
  @Test
  void numberIsOneBlockAndARangeHasBothEnds() {
    assertThat(BlockRange.parse("3")).contains(new BlockRange(3, 3));
    BlockRange range = BlockRange.parse(" 4 - 6 ").orElseThrow();
    assertThat(range).isEqualTo(new BlockRange(4, 6)).hasToString("4-6");
    assertThat(range.contains(3)).isFalse();
    assertThat(range.contains(4)).isTrue();
    assertThat(range.contains(6)).isTrue();
    assertThat(range.contains(7)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "6-4", "a", "1.5", "1-2-3", "99999999999", "4-"})
  void anythingElseIsNone(String text) {
    assertThat(BlockRange.parse(text)).isEmpty();
  }
}
