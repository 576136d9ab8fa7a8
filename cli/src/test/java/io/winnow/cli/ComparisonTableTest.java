package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTableTest {
  private static final String CONFIG =
      RunConfigWriter.render(
          RunConfigReader.read(Path.of("../conf/quickstart/run.conf"), List.of()));

  private final List<Cell> cells = new ArrayList<>();
  private final Map<String, CellResult> results = new HashMap<>();

  private void row(String method, int keep, double... metrics) {
    for (int seed = 0; seed < metrics.length; seed++) {
      String run = method + keep + "-" + seed;
      cells.add(new Cell(run, method, keep, seed, CONFIG));
      if (metrics[seed] >= 0 || Double.isNaN(metrics[seed])) {
        results.put(run, new CellResult(metrics[seed], 9, 1000, 6, 8000, 2, 1, 400));
      }
    }
  }

  private ComparisonTable table(String... methods) {
    return ComparisonTable.of(
        new Comparison(1, "q", List.of(methods), List.of(), List.of(0L, 1L), 24, 9, cells),
        results);
  }

  @Test
  void differencesArePairedBySeed() {
    row("lora", 0, 0.80, 0.90);
    row("rand", 5, 0.78, 0.86);
    Spread difference = table("lora", "rand").rows().get(1).difference();

    assertThat(difference).isNotNull();
    assertThat(difference.mean()).isCloseTo(-0.03, within(1e-15));
    assertThat(difference.deviation()).isCloseTo(Math.sqrt(2) * 0.01, within(1e-15));
  }

  @Test
  void onlySeedsThatBothHaveArePaired() {
    row("lora", 0, -1, 0.90);
    row("rand", 5, 0.78, 0.86);
    ComparisonTable table = table("lora", "rand");

    assertThat(table.rows().get(1).difference()).extracting(Spread::n).isEqualTo(1);
    assertThat(table.rows().get(0).metric().n()).isEqualTo(1);
    assertThat(table.finished()).isEqualTo(3);
    assertThat(ComparisonText.of(table)).contains("-0.0400", "3 of 4 runs finished");
  }

  @Test
  void aFirstMethodWithKIsComparedAtTheSameK() {
    row("rand", 1, 0.5, 0.5);
    row("rand", 5, 0.6, 0.6);
    row("weightlora", 5, 0.7, 0.7);
    row("lora", 0, 0.9, 0.9);

    assertThat(table("rand", "weightlora", "lora").rows())
        .extracting(ComparisonTable.Row::reference)
        .containsExactly(null, null, "rand K=5", "rand K=1");
  }

  @Test
  void aMetricThatIsNoNumberIsNoneInEveryForm() {
    row("lora", 0, 0.5, Double.NaN);
    ComparisonTable table = table("lora");

    assertThat(ComparisonText.of(table)).doesNotContain("NaN");
    assertThat(ComparisonCsv.rows(table)).contains("lora,,2,accuracy,,,");
    assertThat(ComparisonJson.of(table)).contains("\"mean\" : null");
    assertThat(ComparisonPlot.of(table).getSeriesMap()).isEmpty();
  }
}
