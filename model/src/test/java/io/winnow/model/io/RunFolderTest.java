package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  @TempDir Path folder;

  @Test
  void rowsAfterTheCheckpointAndTornOnesAreDropped() throws IOException {
    RunFolder run = new RunFolder(folder);
    run.append(run.metrics(), List.of("{\"step\":1,\"loss\":0.5}", "{\"step\":2}", "{\"step\":3}"));
    Files.writeString(run.metrics(), Files.readString(run.metrics()) + "{\"step\":2,\"lo");

    run.truncate(2);

    assertThat(run.metrics()).hasContent("{\"step\":1,\"loss\":0.5}\n{\"step\":2}\n");
  }

  @Test
  void replacingAFileLeavesNothingElse() throws IOException {
    RunFolder run = new RunFolder(folder.resolve("a/b"));
    run.create();
    run.write(run.results(), "old");
    run.write(run.results(), "new");

    assertThat(run.read(run.results())).isEqualTo("new");
    assertThat(run.read(run.status())).isNull();
    try (var files = Files.list(run.path())) {
      assertThat(files).containsExactly(run.results());
    }
  }

  @Test
  void secondOwnerIsToldWhoHasTheRun() {
    RunFolder run = new RunFolder(folder);
    RunLock lock = run.lock();

    assertThatThrownBy(run::lock)
        .isInstanceOf(UserProblem.class)
        .hasMessage(folder + " is in use by process " + ProcessHandle.current().pid());
    lock.close();
    run.lock().close();
  }

  @Test
  void fileThatCannotBeWrittenIsNamed() {
    RunFolder run = new RunFolder(folder.resolve("none"));

    assertThatThrownBy(() -> run.write(run.status(), "{}"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("cannot write " + run.status());
  }
}
