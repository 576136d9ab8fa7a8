package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.io.SafeTensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run of Winnow's first version (commit fe1f272), killed at step 28 of 40 with SIGKILL, goes on
 * in this one: its run.conf, its journal and its checkpoints are read, its model and data are found
 * by their fingerprints. What that version gave undisturbed is beside it; other machines may differ
 * in the last bits, so the numbers are compared and not the bytes.
 */
class KeptRunTest {
  private static final Path KEPT = Path.of("src/test/resources/kept/version-1");
  private static final Path QUICKSTART = Path.of("../conf/quickstart").toAbsolutePath().normalize();

  @TempDir Path folder;

  @BeforeEach
  void aRunFolderAsItWasLeft() throws IOException {
    Files.copy(KEPT.resolve("run.conf"), folder.resolve("run.conf"));
    Files.copy(KEPT.resolve("metrics.jsonl"), folder.resolve("metrics.jsonl"));
    Path store = Files.createDirectory(folder.resolve(".winnow"));
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(KEPT.resolve("store.mv.db.gz")))) {
      Files.copy(in, store.resolve("store.mv.db"));
    }
  }

  @Test
  void aRunOfTheFirstVersionGoesOnToTheSameAdapter() {
    WinnowInProcess.Ended resumed =
        WinnowInProcess.winnow(
            "resume",
            folder,
            "--set",
            "model.path=" + QUICKSTART.resolve("model"),
            "--set",
            "data.train=" + QUICKSTART.resolve("train.tsv"),
            "--set",
            "data.validation=" + QUICKSTART.resolve("validation.tsv"),
            "--set",
            "workers.determinism=off");

    assertThat(resumed.code()).as(resumed.toString()).isZero();
    assertThat(WinnowInProcess.winnow("explain", folder).out())
        .contains(" from step ", " up to step 40 of 40");
    try (SafeTensors expected = SafeTensors.open(KEPT.resolve("expected.safetensors"));
        SafeTensors found = SafeTensors.open(folder.resolve("adapter/adapter_model.safetensors"))) {
      assertThat(found.names()).isEqualTo(expected.names());
      for (String name : expected.names()) {
        assertThat(found.floats(name))
            .as(name)
            .containsExactly(expected.floats(name), within(1e-4f));
      }
    }
  }
}
