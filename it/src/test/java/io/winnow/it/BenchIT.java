package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchIT {
  @TempDir Path folder;

  @Test
  void workersComputeMoreThanNineteenTwentiethsOfTheTimeOnTheBaseShape() throws Exception {
    WinnowProcess.Ended bench =
        WinnowProcess.runCompiled(
            folder, "bench", "--shape", "deberta-base", "--steps", "3", "--json");
    assertThat(bench.code()).as(bench.printed()).isZero();
    System.out.println("BenchIT: " + bench.printed().strip());
    JsonNode numbers =
        new ObjectMapper().readTree(bench.printed().substring(bench.printed().indexOf('{')));
    assertThat(numbers.path("idle_share").asDouble(1)).isLessThan(0.05);
    for (String name :
        new String[] {
          "seconds_per_step_median",
          "model_flops_per_step",
          "gemm_peak_gflops",
          "utilisation",
          "peak_rss_bytes"
        }) {
      assertThat(numbers.path(name).asDouble()).as(name).isPositive();
    }
  }
}
