package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private final AtomicLong now = new AtomicLong(-5);
  private final Repeats repeats = new Repeats(now::get);

  @Test
  void theSameIsNewsOnceAMinute() {
    assertThat(repeats.isNews("a")).isTrue();
    assertThat(repeats.isNews("a")).isFalse();
    assertThat(repeats.isNews("b")).isTrue();

    now.addAndGet(Duration.ofMinutes(1).toNanos());

    assertThat(repeats.isNews("a")).isTrue();
    assertThat(repeats.isNews("a")).isFalse();
  }

  @Test
  void whoProvokesManyDoesNotFillTheMemory() {
    assertThat(repeats.isNews("first")).isTrue();
    for (int i = 0; i < 2000; i++) {
      repeats.isNews("other " + i);
    }
    assertThat(repeats.isNews("first")).isTrue(); // forgotten, and said once more
  }
}
