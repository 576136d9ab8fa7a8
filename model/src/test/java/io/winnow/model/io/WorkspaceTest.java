package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspaceTest {
  @TempDir Path root;

  @Test
  void takenNameIsNumbered() throws IOException {
    Workspace workspace = new Workspace(root);
    begin(workspace.newRun("sst2"));
    RunPlace second = begin(workspace.newRun("sst2"));

    assertThat(second.runId()).isEqualTo("sst2-2");
    assertThat(second.store()).isEqualTo(root.resolve(".winnow"));
    assertThat(workspace.runs()).extracting(RunPlace::runId).containsExactly("sst2", "sst2-2");
    assertThat(Workspace.existingRun(second.folder().path())).isEqualTo(second);
  }

  @Test
  void runOfItsOwnSurvivesARename() throws IOException {
    begin(Workspace.onlyRun(root.resolve("a")));
    Files.move(root.resolve("a"), root.resolve("b"));

    RunPlace moved = Workspace.existingRun(root.resolve("b"));

    assertThat(moved.runId()).isEqualTo(Workspace.ONLY_RUN);
    assertThat(moved.store()).isEqualTo(root.resolve("b/.winnow"));
    assertThat(new Workspace(root.resolve("b")).runs()).containsExactly(moved);
  }

  @Test
  void folderOfARunIsNotOverwritten() throws IOException {
    begin(Workspace.onlyRun(root.resolve("a")));

    assertThatThrownBy(() -> Workspace.onlyRun(root.resolve("a")))
        .hasMessageContaining("holds a run already")
        .hasMessageContaining("winnow resume");
  }

  @Test
  void whatIsNoRunIsSaid() {
    assertThatThrownBy(() -> Workspace.existingRun(root)).hasMessageContaining("no run.conf");
    assertThatThrownBy(() -> Workspace.existingRun(root.resolve("x")))
        .hasMessageContaining("no such folder");
    assertThat(new Workspace(root.resolve("x")).runs()).isEmpty();
  }

  private static RunPlace begin(RunPlace place) throws IOException {
    place.folder().create();
    Files.createDirectories(place.store());
    place.folder().write(place.folder().runConf(), "");
    return place;
  }
}
