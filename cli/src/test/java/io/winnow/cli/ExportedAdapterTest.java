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
import io.winnow.actors.run.RunPlan;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftFolderChecker;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.RunId;
import io.winnow.protocol.SweepPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A run's adapter after the way out to PEFT's format and back. */
class ExportedAdapterTest {
  private static final Path CONF = WinnowInProcess.HOME.resolve("conf/quickstart");
  private static final int LABELS = 2;

  @TempDir static Path folder;
  private static final Map<String, Trained> RUNS = new HashMap<>();

  /** A method, how it is asked for, and how many heads it leaves. */
  private record Method(String name, int kept, List<String> settings) {
    static Method of(String name, int kept, String... settings) {
      return new Method(name, kept, List.of(settings));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static final Method WEIGHTLORA = Method.of("weightlora", 6, "selection.at=25");

  /** A run that was trained, and what its store holds. */
  private record Trained(Path run, StoredRun stored) {}

  static Stream<Arguments> exports() {
    return Stream.of(
            WEIGHTLORA,
            Method.of("lora", 24, "method.name=lora"),
            Method.of("rslora", 24, "method.name=rslora"),
            Method.of("rand", 6, "method.name=rand", "method.keep=6"),
            Method.of(
                "without-head", 3, "selection.at=25", "method.keep=3", "method.train-head=false"),
            Method.of("restart", 6, "selection.at=25", "selection.after-selection=restart"),
            Method.of(
                "masked", 6, "selection.at=never", "selection.every=5", "selection.rule=signed"),
            Method.of(
                "plus",
                6,
                "method.name=\"weightlora+\"",
                "method.rank=40", // 80 and then 96: not twice as much
                "expansion={every=10,times=2}"))
        .flatMap(m -> Stream.of("portable", "compact").map(profile -> Arguments.of(m, profile)));
  }

  private static Trained trained(Method method) {
    return RUNS.computeIfAbsent(method.name, name -> train(method));
  }

  private static Trained train(Method method) {
    Path run = folder.resolve(method.name);
    List<Object> command =
        new ArrayList<>(List.of("train", CONF.resolve("run.conf"), "--out", run));
    Stream.concat(
            Stream.of("training.steps=60", "training.evaluate-every=60"), method.settings.stream())
        .forEach(set -> command.addAll(List.of("--set", set)));
    WinnowInProcess.Ended trained = winnow(command.toArray());
    assertThat(trained.code()).as(trained.err()).isZero();
    return new Trained(run, stored(run));
  }

  /** What the newest checkpoint of a run holds. */
  static StoredRun stored(Path run) {
    RunPlace place = Workspace.existingRun(run);
    try (Bases bases = new Bases();
        WinnowNode node =
            WinnowNode.start(
                new NodeSettings(
                    place.store(),
                    0,
                    id -> false,
                    new FolderPlanner(bases),
                    new BaseSweeps(bases)))) {
      RunClient client = new RunClient(node, new RunId(place.runId()));
      return StoredRun.read(node, client.view());
    }
  }

  @ParameterizedTest
  @MethodSource("exports")
  void logitsAreThoseOfTheRun(Method method, String profile) throws Exception {
    StoredRun stored = trained(method).stored;
    Path target = folder.resolve(method + "-" + profile);
    WinnowInProcess.Ended exported =
        winnow("export", trained(method).run, "--to", target, "--profile", profile);
    assertThat(exported.code()).as(exported.err()).isZero();

    PeftFolderChecker.check(target);
    PeftAdapter adapter = PeftAdapter.read(target);
    assertThat(adapter.modules()).hasSize(method.kept);
    ImportedAdapter imported = ImportedAdapter.of(adapter, architecture());
    SweepPlan plan =
        FolderPlanner.sweepPlan(stored.config(), imported.trainable(), TaskHead.sequence(LABELS));
    List<float[]> expected = logits(stored, stored.sweepPlan(), published(stored));
    List<float[]> found = logits(stored, plan, imported.parameters());
    expectSame(found, expected);
    String next = profile.equals("portable") ? "weightlora" : "lora";
    expectSame(logitsAtTheStart(next, stored, target), expected);
  }

  /** Logits of version 0 of a run that begins with an adapter. */
  private static List<float[]> logitsAtTheStart(String method, StoredRun stored, Path adapter) {
    RunConfig config =
        RunConfigReader.read(
            CONF.resolve("run.conf"),
            List.of(
                "method.name=" + method,
                "method.start-from=" + adapter,
                "method.train-head=" + stored.config().method().trainHead(),
                "seed=" + stored.config().seed()));
    try (Bases bases = new Bases()) {
      RunPlan plan = new FolderPlanner(bases).plan(RunConfigWriter.render(config));
      List<LayerParameters> start =
          IntStream.range(0, plan.layers().size())
              .mapToObj(i -> LayerState.initial(plan.layers().get(i), plan.initial().get(i)))
              .map(LayerState::published)
              .toList();
      return logits(stored, plan.sweep(), start);
    }
  }

  private static void expectSame(List<float[]> found, List<float[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5f));
    }
  }

  @Test
  void adapterChangesTheLogits() {
    StoredRun stored = trained(WEIGHTLORA).stored;
    List<float[]> bare = logits(stored, stored.sweepPlan(), List.of());

    float[] adapted = logits(stored, stored.sweepPlan(), published(stored)).get(0);
    assertThat(Math.abs(adapted[0] - bare.get(0)[0])).isGreaterThan(1e-2f);
  }

  @Test
  void adapterOfAnotherModelIsRefusedByName() {
    PeftAdapter adapter = PeftAdapter.read(trained(WEIGHTLORA).run.resolve("adapter"));
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

  private static List<LayerParameters> published(StoredRun stored) {
    return stored.layers().stream().map(LayerState::published).toList();
  }

  static Architecture architecture() {
    return Architecture.of(
        JsonFiles.readObject(CONF.resolve("model/config.json")), TaskHead.sequence(LABELS));
  }

  /** What the quickstart's model says of its validation examples with these adapters. */
  static List<float[]> logits(StoredRun stored, SweepPlan plan, List<LayerParameters> parameters) {
    try (Bases bases = new Bases();
        TaskEncoding encoding =
            TaskEncoding.open(
                stored.config(), ModelFacts.of(CONF.resolve("model")), stored.labels())) {
      LocalSweeps sweeps = new LocalSweeps(new BaseSweeps(bases), plan, parameters);
      return sweeps
          .evaluate(encoding.labelled(CONF.resolve("validation.tsv")).examples(), 2)
          .outputs();
    }
  }
}
