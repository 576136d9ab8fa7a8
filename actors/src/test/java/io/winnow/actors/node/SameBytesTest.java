package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.MetricsRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SameBytesTest {
  @TempDir Path folder;

  @Test
  void oneWorkerThreeWorkersAndMessagesByReferenceGiveTheSameBytes() throws Exception {
    String config = TinyRun.config(folder);
    Outcome one = outcome(TestNode.start(Files.createDirectory(folder.resolve("1")), 1), config);
    Outcome three = outcome(TestNode.start(Files.createDirectory(folder.resolve("3")), 3), config);
    Outcome byReference =
        outcome(TestNode.startByReference(Files.createDirectory(folder.resolve("r")), 2), config);

    assertThat(one.steps).isEqualTo(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
    assertThat(one.adapters).containsEntry("version", Integer.toString(TinyRun.STEPS));
    assertThat(three).isEqualTo(one);
    assertThat(byReference).isEqualTo(one);
  }

  @Test
  void roundedMessagesGiveTheSameBytesWhereverTheyGoAndAreHalfAsLong() throws Exception {
    String config = TinyRun.config(folder, "wire.dtype=bf16");
    Outcome byReference =
        outcome(TestNode.startByReference(Files.createDirectory(folder.resolve("r")), 2), config);
    try (TestNode node = TestNode.start(Files.createDirectory(folder.resolve("s")), 1)) {
      Map<String, String> rounded = node.finish("run", config);
      Map<String, String> asTheyAre = node.finish("f32", TinyRun.config(folder, "name=f32"));

      assertThat(byReference.adapters).isEqualTo(rounded).isNotEqualTo(asTheyAre);
      assertThat(bytesOfStep5(node, "run"))
          .isBetween(bytesOfStep5(node, "f32") / 2, bytesOfStep5(node, "f32") * 51 / 100);
    }
  }

  private record Outcome(Map<String, String> adapters, Object steps, Object rows) {}

  private static long bytesOfStep5(TestNode node, String run) {
    return node.follow(run).client().countedRows().stream()
        .filter(row -> row.step() == 5)
        .mapToLong(MetricsRow::bytes)
        .findFirst()
        .orElseThrow();
  }

  private static Outcome outcome(TestNode started, String config) {
    try (TestNode node = started) {
      Map<String, String> adapters = node.finish("run", config);
      FollowedRun run = node.follow("run");
      return new Outcome(adapters, run.countedSteps(), run.countedRows());
    }
  }
}
