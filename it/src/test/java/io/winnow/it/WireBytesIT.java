package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a step sends between processes falls with the share of the heads that is kept. */
class WireBytesIT {
  private static final double SHARE = 18.0 / 72;

  /** What does not depend on heads (work orders, results, heartbeats), as a share of all before. */
  private static final double CONSTANT = 0.03;

  /** A window of 60 steps begins and ends up to a step early or late. */
  private static final double MISALIGNED = 2.0 / 60;

  private static final Pattern ROW = Pattern.compile("\\| 72 \\| 18 \\| .* \\| ([0-9.]+) \\|");

  @TempDir Path folder;

  @Test
  void bytesBetweenProcessesFallWithTheShareOfKeptHeads() throws Exception {
    WinnowProcess.Ended bench = WinnowProcess.run(folder, "bench", "wire", "--keep", "18");
    assertThat(bench.code()).as(bench.printed()).isZero();
    Matcher row = ROW.matcher(bench.printed());
    assertThat(row.find()).as(bench.printed()).isTrue();
    System.out.println("WireBytesIT: " + row.group());
    assertThat(Double.parseDouble(row.group(1)))
        .isBetween(SHARE * (1 - 2 * MISALIGNED), (SHARE + CONSTANT) * (1 + 2 * MISALIGNED));
  }
}
