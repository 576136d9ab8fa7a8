package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.io.RunFolder;
import io.winnow.protocol.RunSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTest {
  @TempDir Path folder;

  private JsonNode results(String stoppedEarly) {
    RunFolder run = new RunFolder(folder);
    RunSummary summary =
        new RunSummary(
            "lora",
            18,
            Map.of(),
            Map.of(),
            -1,
            List.of(),
            9,
            9,
            72,
            72,
            1.5,
            100,
            0,
            stoppedEarly,
            2.5,
            777);
    new RunFiles(run, List.of()).results(summary, 1);
    return JsonFiles.readObject(run.results());
  }

  @Test
  void resultsSayWhereARunStoppedEarlyAndWhy() {
    JsonNode early =
        results("3 evaluations in a row did not improve accuracy").get("stopped_early");

    assertThat(early.get("step").asLong()).isEqualTo(18);
    assertThat(early.get("reason").asText()).startsWith("3 evaluations");
  }

  @Test
  void resultsOfARunThatDidAllItsStepsSayNothingOfIt() {
    assertThat(results("").has("stopped_early")).isFalse();
  }
}
