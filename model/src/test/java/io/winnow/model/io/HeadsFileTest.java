package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.TracePoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeadsFileTest {
  private static final List<String> HEADS = List.of("layer.0.q", "layer.0.k");
  private static final TracePoint MOVED =
      new TracePoint(1, List.of(1.01f, 0.99f), List.of(4, 4), List.of());
  private static final TracePoint PRUNED =
      new TracePoint(2, List.of(1.1f, 0f), List.of(4, 0), List.of(1.1f, Float.NaN));

  @TempDir Path folder;
  private RunFolder run;

  @BeforeEach
  void aRunFolder() {
    run = new RunFolder(folder);
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    run.append(
        run.heads(),
        List.of(HeadsFile.header(HEADS), HeadsFile.line(MOVED), HeadsFile.line(PRUNED)));

    assertThat(HeadsFile.read(run)).isEqualTo(new HeadTraces(HEADS, List.of(MOVED, PRUNED)));
    assertThat(run.heads())
        .hasContent(
            """
            {"heads":["layer.0.q","layer.0.k"]}
            {"step":1,"omega":[1.01,0.99],"rank":[4,4]}
            {"step":2,"omega":[1.1,0.0],"rank":[4,0],"scores":[1.1,null]}
            """);
  }

  @Test
  void aLineThatIsBeingWrittenIsNotReadYet() throws IOException {
    run.append(run.heads(), List.of(HeadsFile.header(HEADS), HeadsFile.line(MOVED)));
    Files.writeString(run.heads(), Files.readString(run.heads()) + "{\"step\":2,\"om");

    assertThat(HeadsFile.read(run).points()).containsExactly(MOVED);
  }

  @Test
  void goingBackToACheckpointKeepsTheNamesOfTheHeads() {
    run.append(
        run.heads(),
        List.of(HeadsFile.header(HEADS), HeadsFile.line(MOVED), HeadsFile.line(PRUNED)));

    run.truncate(1);

    assertThat(HeadsFile.read(run)).isEqualTo(new HeadTraces(HEADS, List.of(MOVED)));
  }

  @Test
  void runsOfOlderVersionsHaveNone() throws IOException {
    assertThat(HeadsFile.read(run)).isNull();
    Files.createFile(run.heads());
    assertThat(HeadsFile.read(run)).isNull();
  }

  @Test
  void damagedLinesAreNamedWithTheRemedy() {
    run.append(run.heads(), List.of(HeadsFile.header(HEADS), "{\"step\":1,\"omega\":[1]}"));

    assertThatThrownBy(() -> HeadsFile.read(run))
        .isInstanceOf(UserProblem.class)
        .hasMessage(
            run.heads()
                + ", line 2: damaged (no list 'rank'); it is written anew by: winnow resume "
                + folder);
  }

  @Test
  void linesOfAnotherRunAreNotMistakenForThisOnes() {
    run.append(run.heads(), List.of(HeadsFile.header(List.of("layer.0.q")), HeadsFile.line(MOVED)));

    assertThatThrownBy(() -> HeadsFile.read(run))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("step 1: 2 omegas, 2 ranks and 0 scores of 1 heads");
  }
}
