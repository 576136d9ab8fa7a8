package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.explain.TracePoint;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.RunLock;
import io.winnow.model.io.StatusFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  @TempDir private Path folder;

  private Path run() {
    return folder.resolve("reviews");
  }

  private static String told(Object... arguments) {
    WinnowInProcess.Ended ended = winnow(arguments);
    assertThat(ended.code()).as(ended.err()).isZero();
    return ended.out();
  }

  @Test
  void aSelectionIsExplainedHeadByHead() {
    TracedRun.selected(run());

    assertThat(told("explain", run()))
        .startsWith(
            """
            weightlora run reviews, traced at 7 steps up to step 10 of 10
            1 of 3 heads are connected; K = 1, by |omega|
            Step 6: 1 kept, 2 dropped for good
              last kept        1.30000  model.layers.0.k_proj
              first dropped    1.04000  model.layers.0.q_proj
              gap              0.26000  (20.0 % of the last kept)
            Stability: over steps 5 to 5 (1 trace) the kept set was 100.0 % the final one (mean\
             Jaccard similarity) and changed 0 times

            omega over steps 1 to 10, from -0.1000 (_) to 1.5000 (#); ' ' = masked or dropped
            heads are below model.layers
            """)
        .contains(
            "    1.0000    0.9000     -  0.q_proj  masked at 4; pruned at 6: |omega| 1.0400, the last"
                + " kept had 1.3000\n",
            "    1.0000    1.5000     4  0.k_proj  masked at 2; back at 4; kept at 6: |omega| 1.3000,"
                + " the last kept; the first dropped had 1.0400\n",
            "    1.0000    0.1000     -  1.q_proj  masked at 2; pruned at 6: |omega| 0.2000, the last"
                + " kept had 1.3000\n");
  }

  @Test
  void oneObjectTellsProgramsTheSame() throws IOException {
    TracedRun.selected(run());

    JsonNode told =
        new ObjectMapper().readTree(told("explain", "reviews", "--workspace", folder, "--json"));

    assertThat(told.path("step").asLong()).isEqualTo(10);
    JsonNode selection = told.path("selections").path(0);
    assertThat(selection.path("kept").toString()).isEqualTo("[\"model.layers.0.k_proj\"]");
    assertThat(selection.path("gap").floatValue()).isEqualTo(1.3f - 1.04f);
    assertThat(told.path("stability").path("similarity").asDouble()).isEqualTo(1);
    assertThat(told.path("heads").path(1).path("events").toString())
        .isEqualTo(
            "[{\"step\":2,\"event\":\"masked\",\"from_rank\":4,\"to_rank\":4},"
                + "{\"step\":4,\"event\":\"came_back\",\"from_rank\":4,\"to_rank\":4}]");
  }

  @Test
  void onlySomeHeadsMayBeToldOf() {
    TracedRun.selected(run());

    String told = told("explain", run(), "--head", "0.k_proj");

    assertThat(told).contains("  0.k_proj").doesNotContain("  0.q_proj", "  1.q_proj");
    winnow("explain", run(), "--head", "q_porj")
        .refused(2, "--head q_porj: no head has this in its name", "mean 'q_proj'?", "all 3");
  }

  @Test
  void aRunThatAnotherProcessTrainsIsExplainedUpToWhereItIs() {
    RunFolder run = TracedRun.begun(run(), "keep = 1\nselection.at = 6");
    TracedRun.add(run, new TracePoint(1, List.of(1f, 0.9f, 1.1f), List.of(4, 4, 4), List.of()));
    RunLock lock = run.lock();

    assertThat(told("explain", run()))
        .contains("up to step 1 of 10 (a process works on it now)\n")
        .contains("3 of 3 heads are connected; K = 1, by |omega|\n")
        .contains("Nothing was dropped for good yet; that is due after step 6\n")
        .doesNotContain("Stability");
    lock.close();
  }

  @Test
  void projectionsAreToldWhereNothingIsEverDisconnected() {
    RunFolder run = TracedRun.begun(run(), "keep = 1\nselection.at = never\nselection.every = 2");
    TracedRun.add(
        run, new TracePoint(2, List.of(1.2f, 0f, 0f), List.of(4, 4, 4), List.of(1.2f, 0.9f, 0.8f)));

    assertThat(told("explain", run()))
        .contains("Nothing was dropped for good\nStep 2: 1 kept, 2 masked\n")
        .contains("gap              0.30000  (25.0 % of the last kept)");
  }

  @Test
  void growthOfSurvivorsIsTold() {
    RunFolder run =
        TracedRun.begun(run(), "name = \"weightlora+\"\nexpansion { every = 2, times = 1 }");
    TracedRun.add(
        run,
        new TracePoint(1, List.of(1f, 1f, 1f), List.of(4, 4, 4), List.of()),
        new TracePoint(2, List.of(1.2f, 0f, 0f), List.of(8, 0, 0), List.of(1.2f, 0.9f, 0.8f)));

    assertThat(told("explain", run()))
        .contains("half of them go at each of 1 expansion, by |omega|")
        .contains("rank 4 -> 8 at 2; kept at 2: |omega| 1.2000");
  }

  @Test
  void aRunThatSelectsNothingSaysSoPlainly() {
    RunFolder lora = TracedRun.begun(run(), "name = lora");
    RunFolder rand = TracedRun.begun(folder.resolve("drawn"), "name = rand\nmethod.keep = 3");
    TracePoint one = new TracePoint(1, List.of(1f, 1f, 1f), List.of(4, 4, 4), List.of());
    TracedRun.add(lora, one);
    TracedRun.add(rand, one);

    assertThat(told("explain", run()))
        .isEqualTo(
            """
            lora run reviews, traced at 1 step up to step 1 of 10
            Nothing is selected: all 3 heads are trained to the end, and omega is 1 throughout.
            """);
    assertThat(told("explain", folder.resolve("drawn")))
        .contains("its 3 heads were drawn at random before the first step (seed ");
    winnow("explain", run(), "--plot", folder.resolve("o.svg"))
        .refused(2, "omega is 1 throughout a lora run");
  }

  @Test
  void omegaIsDrawnToAFileTheSameBytesEachTime() {
    TracedRun.selected(run());
    Path first = folder.resolve("first.svg");
    Path second = folder.resolve("second.svg");

    assertThat(told("explain", run(), "--plot", first)).endsWith("plot: " + first + "\n");
    told("explain", run(), "--plot", second, "--json");
    told("explain", run(), "--plot", folder.resolve("o.png"));

    assertThat(second).hasSameBinaryContentAs(first);
    assertThat(folder.resolve("o.png")).isNotEmptyFile();
    winnow("explain", run(), "--plot", folder.resolve("o.pdf")).refused(2, ".svg or .png");
  }

  @Test
  void foldersThatTellNothingAreRefusedWithTheReason() throws IOException {
    winnow("explain", run()).refused(2, "no such folder or run");
    winnow("explain", folder).refused(2, folder + " is no run: it has no run.conf");
    RunFolder run = TracedRun.begun(run(), "keep = 1");
    winnow("explain", run()).refused(1, "no traces of its heads yet", "first step");
    new StatusFile("finished", 10, 10, "").writeTo(run);
    Files.delete(run.heads());
    winnow("explain", run()).refused(1, "an older version of Winnow", "winnow inspect");
    Files.writeString(run.heads(), "no json\n");
    winnow("explain", run()).refused(1, "heads.jsonl, line 1: damaged", "winnow resume");
  }
}
