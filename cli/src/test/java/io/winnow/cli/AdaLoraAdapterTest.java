package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.actors.client.ImportedAdapter;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftFolderChecker;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.SweepPlan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run of AdaLoRA on the quickstart's model, to its end and out to PEFT's format. */
class AdaLoraAdapterTest {
  private static final Path CONF = WinnowInProcess.HOME.resolve("conf/quickstart");

  /** Of 24 heads with 8 each: 0.75 on average. */
  private static final int TRIPLETS = 18;

  @TempDir static Path folder;
  private static Path run;
  private static StoredRun stored;

  @BeforeAll
  static void train() {
    run = folder.resolve("run");
    WinnowInProcess.Ended trained =
        winnow(
            "train",
            CONF.resolve("run.conf"),
            "--out",
            run,
            "--set",
            "method.name=adalora",
            "--set",
            "adalora.target-rank=0.75",
            "--set",
            "optimizer.lr=1e-2",
            "--set",
            "training.steps=60",
            "--set",
            "training.evaluate-every=60");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(trained.out()).contains("Dropped");
    stored = ExportedAdapterTest.stored(run);
  }

  private static List<HeadView> kept() {
    return stored.heads().stream().filter(HeadView::kept).toList();
  }

  @Test
  void fewTripletsAreLeftAndInspectShowsThem() {
    assertThat(stored.heads().stream().mapToInt(HeadView::rank).sum()).isEqualTo(TRIPLETS);
    assertThat(kept()).hasSizeLessThan(24);
    WinnowInProcess.Ended inspected = winnow("inspect", run);

    assertThat(inspected.out())
        .contains("adalora run, checkpoint of step 60: " + kept().size() + " of 24 heads");
    HeadView head = kept().get(0);
    assertThat(inspected.out())
        .containsPattern("1\\.00000 +" + head.rank() + " +[0-9,]+  " + head.module());
  }

  @ParameterizedTest
  @ValueSource(strings = {"portable", "compact"})
  void logitsAreThoseOfTheRun(String profile) throws Exception {
    Path target = folder.resolve(profile);
    assertThat(winnow("export", run, "--to", target, "--profile", profile).code()).isZero();

    PeftFolderChecker.check(target);
    PeftAdapter adapter = PeftAdapter.read(target);
    assertThat(adapter.modules().keySet())
        .containsExactlyInAnyOrderElementsOf(kept().stream().map(HeadView::module).toList());
    ImportedAdapter imported = ImportedAdapter.of(adapter, ExportedAdapterTest.architecture());
    SweepPlan plan =
        FolderPlanner.sweepPlan(stored.config(), imported.trainable(), TaskHead.sequence(2));
    List<float[]> expected =
        ExportedAdapterTest.logits(
            stored,
            stored.sweepPlan(),
            stored.layers().stream().map(LayerState::published).toList());
    List<float[]> found = ExportedAdapterTest.logits(stored, plan, imported.parameters());
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5f));
    }
  }

  @Test
  void compactExportHoldsTheTripletsThatAreLeftAlone() {
    Path target = folder.resolve("few");
    assertThat(winnow("export", run, "--to", target, "--profile", "compact").code()).isZero();
    PeftAdapter adapter = PeftAdapter.read(target);
    var side = JsonFiles.readObject(target.resolve("weightlora.json"));

    assertThat(adapter.modules().values().stream().mapToInt(m -> m.rank()).sum())
        .isEqualTo(TRIPLETS);
    assertThat(side.path("method").asText()).isEqualTo("adalora");
    assertThat(side.path("kept")).hasSize(kept().size());
  }
}
