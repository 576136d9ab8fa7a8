package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.WorkerCommand.Kind;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenessTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static Lateness after(double factor, long... seconds) {
    Lateness lateness = new Lateness(factor);
    LongStream.of(seconds).forEach(s -> lateness.took(Kind.TRAIN, s * SECOND));
    return lateness;
  }

  @Test
  void nothingIsLateBeforeThreeSweepsWereSeenOrWhereItIsOff() {
    assertThat(after(3, 1, 1).deadline(Kind.TRAIN)).isEmpty();
    assertThat(after(0, 1, 1, 1).deadline(Kind.TRAIN)).isEmpty();
  }

  @Test
  void deadlineIsAMultipleOfTheMedianWhateverAFewSlowOnesTake() {
    assertThat(after(3, 2, 90, 1, 3, 80).deadline(Kind.TRAIN)).hasValue(9 * SECOND);
  }

  @Test
  void evaluationIsLateWhereTrainingIsUntilMoreIsKnown() {
    Lateness lateness = after(3, 5, 5, 5);
    assertThat(lateness.deadline(Kind.EVALUATE)).hasValue(15 * SECOND);
    LongStream.range(0, 3).forEach(i -> lateness.took(Kind.EVALUATE, SECOND));

    assertThat(lateness.deadline(Kind.EVALUATE)).hasValue(3 * SECOND);
    assertThat(lateness.deadline(Kind.TRAIN)).hasValue(15 * SECOND);
  }

  @Test
  void medianFollowsTheRecentSweeps() {
    long[] seconds =
        LongStream.concat(
                LongStream.iterate(9, s -> s).limit(100), LongStream.iterate(1, s -> s).limit(20))
            .toArray();

    assertThat(after(2, seconds).deadline(Kind.TRAIN)).hasValue(2 * SECOND);
  }

  @Test
  void whatTakesATenthOfASecondIsNeverLate() {
    Lateness quick = after(3, 0, 0, 0);
    quick.took(Kind.TRAIN, 1);

    assertThat(quick.deadline(Kind.TRAIN)).hasValue(TimeUnit.MILLISECONDS.toNanos(100));
    assertThat(quick.isSlow(Kind.TRAIN, 2)).as("but it may be slow").isTrue();
  }

  @Test
  void slowIsWhoTakesAMultipleOfTheMedian() {
    Lateness lateness = after(3, 1, 1, 1);

    assertThat(lateness.isSlow(Kind.TRAIN, 3 * SECOND)).isFalse();
    assertThat(lateness.isSlow(Kind.TRAIN, 4 * SECOND)).isTrue();
    assertThat(after(3, 1, 1).isSlow(Kind.TRAIN, 4 * SECOND)).isFalse();
    assertThat(after(0, 1, 1, 1).isSlow(Kind.TRAIN, 4 * SECOND)).isFalse();
  }
}
