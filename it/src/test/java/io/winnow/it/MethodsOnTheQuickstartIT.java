package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the methods are worth on the quickstart's task: K of RESULTS.md, five paired seeds. {@code
 * docs/measurements.md} has the table; its runs are compared here, and run again by the group soak,
 * where they must come out the same to the last example.
 */
class MethodsOnTheQuickstartIT {
  private static final Path MEASURED =
      Path.of("../docs/measure/quickstart-compare/runs.csv").toAbsolutePath().normalize();
  private static final int SEEDS = 5;

  /** A share of one validation example in 500, in points. */
  private static final double EXAMPLE = 0.2;

  @TempDir Path folder;

  @Test
  void measuredRunsKeepWhatTheMethodPromises() throws IOException {
    assertPromises(accuracies(MEASURED));
  }

  @Test
  @Tag("soak")
  void runsComeOutAsMeasured() throws Exception {
    Path out = folder.resolve("compare");
    WinnowProcess.Ended ended =
        WinnowProcess.run(
            folder,
            "compare",
            QuickstartRuns.CONF.toString(),
            "--methods",
            "lora,rand,weightlora,weightlora+,adalora",
            "--keep",
            "6",
            "--seeds",
            Integer.toString(SEEDS),
            "--set",
            "weightlora+:expansion.every=125",
            "--set",
            "adalora:optimizer.lr=1e-2",
            "--out",
            out.toString());
    assertThat(ended.code()).as(ended.printed()).isZero();

    assertThat(accuracies(out.resolve("runs.csv"))).isEqualTo(accuracies(MEASURED));
  }

  /** Validation accuracy in points, by seed in order, of each method. */
  private static Map<String, List<Double>> accuracies(Path runs) throws IOException {
    return Files.readAllLines(runs).stream()
        .skip(1)
        .map(line -> line.split(",", -1))
        .collect(
            Collectors.groupingBy(
                cells -> cells[1],
                TreeMap::new,
                Collectors.mapping(
                    cells -> 100 * Double.parseDouble(cells[5]), Collectors.toList())));
  }

  private static void assertPromises(Map<String, List<Double>> accuracies) {
    assertThat(accuracies).hasSize(5);
    assertThat(accuracies.values()).allMatch(values -> values.size() == SEEDS);
    double lora = mean(accuracies.get("lora"));
    double rand = mean(accuracies.get("rand"));
    double weightLora = mean(accuracies.get("weightlora"));
    double plus = mean(accuracies.get("weightlora+"));

    double rounding = EXAMPLE / SEEDS / 2; // a difference is a whole number of examples
    assertThat(weightLora).isGreaterThanOrEqualTo(lora - 3 - rounding).isGreaterThan(rand);
    assertThat(plus).isGreaterThanOrEqualTo(weightLora - 1 - rounding);
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }
}
