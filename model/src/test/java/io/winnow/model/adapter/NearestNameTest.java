package io.winnow.model.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  @Test
  void distanceCountsEdits() {
    assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    assertThat(NearestName.distance("", "abc")).isEqualTo(3);
    assertThat(NearestName.distance("abc", "")).isEqualTo(3);
    assertThat(NearestName.distance("same", "same")).isZero();
  }

  @Test
  void onlyNearNamesAreSuggested() {
    List<String> names = List.of("learning-rate", "rank", "alpha");
    assertThat(NearestName.of("learning_rate", names)).contains("learning-rate");
    assertThat(NearestName.of("RANK", names)).contains("rank");
    assertThat(NearestName.of("completely-else", names)).isEmpty();
    assertThat(NearestName.of("x", List.of())).isEmpty();
    assertThat(NearestName.hint("alhpa", names)).isEqualTo("; did you mean 'alpha'?");
  }
}
