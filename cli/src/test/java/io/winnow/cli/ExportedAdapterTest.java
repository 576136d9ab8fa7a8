package io.winnow.cli;

import static io.winnow.cli.WinnowInProcess.winnow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.actors.client.ImportedAdapter;
import io.winnow.actors.client.LocalSweeps;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.ModelFacts;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftFolderChecker;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.RunId;
import io.winnow.protocol.SweepPlan;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run's adapter after the way out to PEFT's format and back. */
class ExportedAdapterTest {
  private static final Path CONF = WinnowInProcess.HOME.resolve("conf/quickstart");
  private static final int LABELS = 2;
  private static final int KEPT = 6;

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
            "training.steps=60",
            "--set",
            "selection.at=25",
            "--set",
            "training.evaluate-every=60");
    assertThat(trained.code()).as(trained.err()).isZero();
    stored = stored(run);
  }

  /** What a run has learned. */
  static StoredRun stored(Path folderOfRun) {
    RunPlace place = Workspace.existingRun(folderOfRun);
    try (Bases bases = new Bases();
        WinnowNode node =
            WinnowNode.start(
                new NodeSettings(
                    place.store(),
                    0,
                    id -> false,
                    new FolderPlanner(bases),
                    new BaseSweeps(bases)))) {
      return StoredRun.read(node, new RunClient(node, new RunId(place.runId())).view());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"portable", "compact"})
  void logitsAreThoseOfTheRun(String profile) throws Exception {
    Path target = folder.resolve(profile);
    assertThat(winnow("export", run, "--to", target, "--profile", profile).code()).isZero();

    PeftFolderChecker.check(target);
    PeftAdapter adapter = PeftAdapter.read(target);
    assertThat(adapter.modules()).hasSize(KEPT);
    ImportedAdapter imported = ImportedAdapter.of(adapter, architecture());
    SweepPlan plan =
        FolderPlanner.sweepPlan(stored.config(), imported.trainable(), TaskHead.sequence(LABELS));
    List<float[]> expected = logits(stored, stored.sweepPlan(), published());
    List<float[]> found = logits(stored, plan, imported.parameters());
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5f));
    }
  }

  @Test
  void adapterChangesTheLogits() {
    List<float[]> bare = logits(stored, stored.sweepPlan(), List.of());

    float[] adapted = logits(stored, stored.sweepPlan(), published()).get(0);
    assertThat(Math.abs(adapted[0] - bare.get(0)[0])).isGreaterThan(1e-2f);
  }

  @Test
  void adapterOfAnotherModelIsRefusedByName() {
    PeftAdapter adapter = PeftAdapter.read(run.resolve("adapter"));
    ObjectNode config = JsonFiles.readObject(CONF.resolve("model/config.json")).deepCopy();

    assertThatThrownBy(
            () -> ImportedAdapter.of(adapter, Architecture.of(config, TaskHead.sequence(3))))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("classifier.weight with shape [2, 96]")
        .hasMessageContaining("[3, 96]");
    config.put("num_hidden_layers", 1);
    assertThatThrownBy(
            () -> ImportedAdapter.of(adapter, Architecture.of(config, TaskHead.sequence(LABELS))))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("which has no place in this model");
  }

  private static List<LayerParameters> published() {
    return stored.layers().stream().map(LayerState::published).toList();
  }

  static Architecture architecture() {
    return Architecture.of(
        JsonFiles.readObject(CONF.resolve("model/config.json")), TaskHead.sequence(LABELS));
  }

  /** What a quickstart model with these adapters says of the validation examples. */
  static List<float[]> logits(StoredRun of, SweepPlan plan, List<LayerParameters> parameters) {
    try (Bases bases = new Bases();
        TaskEncoding encoding =
            TaskEncoding.open(of.config(), ModelFacts.of(CONF.resolve("model")), of.labels())) {
      LocalSweeps sweeps = new LocalSweeps(new BaseSweeps(bases), plan, parameters);
      return sweeps
          .evaluate(encoding.labelled(CONF.resolve("validation.tsv")).examples(), 2)
          .outputs();
    }
  }
}
