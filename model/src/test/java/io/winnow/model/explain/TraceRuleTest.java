package io.winnow.model.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.explain.TraceRule.Change;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceRuleTest {
  private static final long NEVER = Long.MAX_VALUE;

  private static List<Long> due(TraceRule rule, Change change) {
    return LongStream.rangeClosed(1, rule.totalSteps())
        .filter(step -> rule.isDue(step, change))
        .boxed()
        .toList();
  }

  @Test
  void everyStepOfAShortRunIsTraced() {
    assertThat(due(new TraceRule(24, 500, NEVER, true), Change.NONE)).hasSize(500);
  }

  @Test
  void everyNthStepOfALongRunIsTracedAndItsFirstAndLast() {
    assertThat(due(new TraceRule(72, 1501, NEVER, true), Change.NONE))
        .startsWith(1L, 4L, 8L, 12L)
        .endsWith(1496L, 1500L, 1501L)
        .hasSize(377);
  }

  @Test
  void whereOmegaIsFixedTheFirstAndTheLastStepTellAll() {
    assertThat(due(new TraceRule(72, 3000, NEVER, false), Change.NONE)).containsExactly(1L, 3000L);
  }

  @Test
  void disconnectingIsAlwaysTraced() {
    TraceRule rule = new TraceRule(2000, 1_000_000, 1, true);

    assertThat(rule.isDue(7, Change.RESHAPED)).isTrue();
    assertThat(rule.isDue(7, Change.NONE)).isFalse();
    assertThat(rule.isDue(7, Change.PROJECTED)).isFalse();
  }

  @Test
  void everyProjectionIsTracedWhileTheyAreFew() {
    TraceRule rule = new TraceRule(72, 4000, 7, true);

    assertThat(LongStream.rangeClosed(1, 500).allMatch(i -> rule.isDue(7 * i, Change.PROJECTED)))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({"72, 100000, 1", "72, 100000, 10", "72, 200000, 33", "1000, 5000, 1", "3, 900000, 1"})
  void ofManyProjectionsOneInEachWindowIsTracedWithinTheLimit(int heads, long steps, long every) {
    TraceRule rule = new TraceRule(heads, steps, every, true);
    long traced =
        LongStream.rangeClosed(1, steps)
            .filter(step -> rule.isDue(step, step % every == 0 ? Change.PROJECTED : Change.NONE))
            .count();

    assertThat(traced * 3 * heads).isBetween(400_000L, 2_000_000L + 6L * heads);
  }

  @Test
  void aRunWithoutHeadsHasNothingToTrace() {
    assertThat(due(new TraceRule(0, 10, NEVER, true), Change.NONE)).isEmpty();
  }
}
