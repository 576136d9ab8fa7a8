package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.arch.Golden;
import io.winnow.model.compute.RelativeIndex;
import io.winnow.model.io.SafeTensors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LogBucketsGoldenTest {
  private static final Pattern TABLE =
      Pattern.compile("(log_bucket\\.buckets(\\d+)\\.max(\\d+))\\.bucket");
  private static final Pattern SQUARE =
      Pattern.compile("build_relative_position\\.q(\\d+)\\.k\\1\\.buckets(\\d+)\\.max(\\d+)");

  private static SafeTensors tables() {
    return SafeTensors.open(Golden.root().resolve("tables/tables.safetensors"));
  }

  @Test
  void bucketsOfAllDistancesMatch() {
    int found = 0;
    try (SafeTensors tables = tables()) {
      for (String name : tables.names()) {
        Matcher table = TABLE.matcher(name);
        if (table.matches()) {
          found++;
          var buckets = new LogBuckets(number(table, 2), number(table, 3));
          long[] want = tables.longs(name);
          long[] distances = tables.longs(table.group(1) + ".relative_position");
          for (int i = 0; i < want.length; i++) {
            int distance = (int) distances[i];
            assertThat(buckets.bucket(distance))
                .as("%s %d", name, distance)
                .isEqualTo((int) want[i]);
          }
        }
      }
    }
    assertThat(found).isPositive();
  }

  @Test
  void theIndexOfALengthMatches() {
    int found = 0;
    try (SafeTensors tables = tables()) {
      for (String name : tables.names()) {
        Matcher square = SQUARE.matcher(name);
        if (square.matches()) {
          found++;
          int length = number(square, 1);
          var buckets = new LogBuckets(number(square, 2), number(square, 3));
          assertIndex(buckets, length, tables.longs(name));
        }
      }
    }
    assertThat(found).isPositive();
  }

  private static void assertIndex(LogBuckets buckets, int length, long[] want) {
    RelativeIndex index = buckets.index(length);
    int lowest = buckets.lowestRow(length);
    for (int i = 0; i < length; i++) {
      for (int j = 0; j < length; j++) {
        int row = lowest + index.column()[i - j + length - 1];
        long clamped = Math.min(want[i * length + j] + buckets.span(), 2L * buckets.span() - 1);
        assertThat((long) row).isEqualTo(clamped);
      }
    }
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }
}
