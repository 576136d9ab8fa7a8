package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.HeadsTrace;
import io.winnow.protocol.MetricsRow;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the journalled rows tell of the heads. That a run which was disturbed tells the same, {@link
 * RecoveryTest} compares.
 */
class TracedHeadsTest {
  private static final int HEADS = 24;

  @TempDir static Path folder;
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 2);
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  private static SortedMap<Long, HeadsTrace> traces(String run, String... settings) {
    node.finish(run, TinyRun.config(folder, settings));
    SortedMap<Long, HeadsTrace> traces = new TreeMap<>();
    for (MetricsRow row : node.follow(run).countedRows()) {
      if (row.heads() != null) {
        assertThat(traces.put(row.step(), row.heads())).isNull();
      }
    }
    return traces;
  }

  @Test
  void everyStepOfAShortRunTellsOmegaAndSelectionsTellTheirScores() {
    SortedMap<Long, HeadsTrace> traces = traces("weightlora");

    assertThat(traces.keySet())
        .containsExactlyElementsOf(LongStream.rangeClosed(1, TinyRun.STEPS).boxed().toList());
    List<Long> selections =
        traces.keySet().stream().filter(step -> !traces.get(step).scores().isEmpty()).toList();
    assertThat(selections).containsExactly(5L, 10L, (long) TinyRun.SELECTED_AT);
    assertThat(traces.get(4L).omega()).hasSize(HEADS).doesNotContain(0f);
    assertThat(traces.get(5L).omega()).filteredOn(omega -> omega != 0f).hasSize(3);
    assertThat(traces.get(5L).ranks()).doesNotContain(0);
    HeadsTrace selected = traces.get((long) TinyRun.SELECTED_AT);
    assertThat(selected.scores()).hasSize(HEADS).doesNotContain(Float.NaN);
    assertThat(selected.ranks()).filteredOn(rank -> rank > 0).hasSize(3);
    assertThat(traces.get((long) TinyRun.STEPS).ranks()).isEqualTo(selected.ranks());
  }

  @Test
  void aRunThatMovesNoOmegaTellsTheFirstStepAndTheLast() {
    SortedMap<Long, HeadsTrace> traces =
        traces("rand", "method.name=rand", "selection=null", "seed=5");

    assertThat(traces.keySet()).containsExactly(1L, (long) TinyRun.STEPS);
    assertThat(traces.get(1L)).isEqualTo(traces.get((long) TinyRun.STEPS));
    assertThat(traces.get(1L).omega()).containsOnly(1f);
  }
}
