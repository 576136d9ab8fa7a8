package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BestAdapterIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  /** The lowest accuracy counts as the best here, so that the best one is an early one. */
  @Test
  void theBestCheckpointOutlivesTheSelectionAndIsExportedWithItsHeads() throws Exception {
    Path run = folder.resolve("run");
    WinnowProcess.Ended ended =
        WinnowProcess.run(
            folder,
            QuickstartRuns.train(
                run, "training.best.metric=accuracy", "training.best.higher-is-better=false"));
    assertThat(ended.code()).as(ended.printed()).isZero();
    JsonNode results = JSON.readTree(run.resolve("results.json").toFile());
    long best = results.path("best").path("step").asLong();
    assertThat(best).isBetween(1L, QuickstartRuns.STEPS - 1L);
    assertThat(ended.printed()).contains("adapter-best");
    JsonNode exported = JSON.readTree(run.resolve("adapter-best/weightlora.json").toFile());
    assertThat(exported.path("step").asLong()).isEqualTo(best);
    int heads = best < QuickstartRuns.SELECTION ? 24 : 6;
    assertThat(exported.path("kept")).hasSize(heads);
    assertThat(results.path("kept")).hasSize(6);
  }
}
