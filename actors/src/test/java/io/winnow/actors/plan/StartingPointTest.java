package io.winnow.actors.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.actors.run.RunPlan;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.LoraHead;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run on the quickstart's model takes over of an adapter, and what it refuses. */
class StartingPointTest {
  private static final Path CONF = Path.of("../conf/quickstart/run.conf");

  @TempDir Path folder;

  private static RunConfig config(Path adapter, String... more) {
    List<String> set = new ArrayList<>(List.of("method.start-from=" + adapter));
    set.addAll(List.of(more));
    return RunConfigReader.read(CONF, set);
  }

  private static Map<String, LoraHead> heads(RunPlan plan) {
    return IntStream.range(0, plan.layers().size())
        .mapToObj(i -> LayerState.initial(plan.layers().get(i), plan.initial().get(i)))
        .flatMap(layer -> layer.heads().stream().map(LoraHead.class::cast))
        .collect(Collectors.toMap(h -> h.spec().id().module(), Function.identity()));
  }

  private static RunPlan plan(RunConfig config) {
    try (Bases bases = new Bases()) {
      return new FolderPlanner(bases).plan(RunConfigWriter.render(config));
    }
  }

  @Test
  void headsTakeRankScaleValuesAndOmegaAndOthersBeginAnew() {
    Path adapter = QuickstartAdapter.write(folder.resolve("adapter"), 0f);
    RunPlan plan = plan(config(adapter, "method.rank=5"));
    Map<String, LoraHead> heads = heads(plan);

    assertThat(heads).hasSize(24);
    PeftAdapter read = PeftAdapter.read(adapter);
    read.modules()
        .forEach(
            (path, module) -> {
              LoraHead head = heads.get(path);
              assertThat(head.spec().rank()).isEqualTo(QuickstartAdapter.RANK);
              assertThat(head.spec().scale()).isEqualTo(QuickstartAdapter.SCALE);
              assertThat(head.a()).containsExactly(module.a());
              assertThat(head.b()).containsExactly(module.b());
              assertThat(head.omega().value()).isEqualTo(module.omega());
              assertThat(head.momentsA().steps()).isZero();
              assertThat(head.momentsB().m()).containsOnly(0f);
            });
    LoraHead fresh = heads.get(QuickstartAdapter.module(0, "value_proj"));
    assertThat(fresh.spec().rank()).isEqualTo(5);
    assertThat(fresh.b()).containsOnly(0f);
    assertThat(plan.sweep().trainable().adapters())
        .extracting(AdapterSpec::rank)
        .containsOnly(QuickstartAdapter.RANK, 5);
  }

  @Test
  void trainedHeadBeginsWithTheTensorsThatTheAdapterHas() {
    Path adapter = QuickstartAdapter.write(folder.resolve("adapter"), 0f);
    RunPlan with = plan(config(adapter));
    RunPlan without = plan(RunConfigReader.read(CONF, List.of()));

    Map<String, float[]> given = tensors(with);
    Map<String, float[]> own = tensors(without);
    PeftAdapter.Saved saved = PeftAdapter.read(adapter).saved().get("classifier.weight");
    assertThat(given.get("classifier.weight")).containsExactly(saved.values());
    assertThat(given.get("pooler.dense.weight")).containsExactly(own.get("pooler.dense.weight"));
  }

  private static Map<String, float[]> tensors(RunPlan plan) {
    return plan.initial().stream()
        .flatMap(layer -> layer.tensors().stream())
        .collect(Collectors.toMap(t -> t.name(), t -> t.values()));
  }

  @Test
  void whereOmegaDoesNotMoveAHeadOfOmegaZeroBeginsAnew() {
    Path adapter = QuickstartAdapter.write(folder.resolve("adapter"), 0f);
    String masked = QuickstartAdapter.module(1, "key_proj");

    LoraHead moving = heads(plan(config(adapter))).get(masked);
    assertThat(moving.omega().value()).isZero();
    assertThat(moving.b()).doesNotContain(0f);

    LoraHead fixed = heads(plan(config(adapter, "method.name=lora"))).get(masked);
    assertThat(fixed.omega().value()).isEqualTo(1f);
    assertThat(fixed.b()).containsOnly(0f);
    LoraHead other =
        heads(plan(config(adapter, "method.name=rslora")))
            .get(QuickstartAdapter.module(2, "key_proj"));
    assertThat(other.omega().value()).isEqualTo(1f);
    assertThat(other.spec().scale()).isEqualTo(QuickstartAdapter.SCALE);
  }

  @Test
  void fingerprintOfTheDataTellsTheAdapter() {
    Path one = QuickstartAdapter.write(folder.resolve("one"), 0f);
    Path same = QuickstartAdapter.write(folder.resolve("same"), 0f);
    Path other = QuickstartAdapter.write(folder.resolve("other"), 0.125f);

    String fingerprint = plan(config(one)).dataFingerprint();
    assertThat(plan(config(same)).dataFingerprint()).isEqualTo(fingerprint);
    assertThat(plan(config(other)).dataFingerprint()).isNotEqualTo(fingerprint);
    assertThat(fingerprint).contains(PeftAdapter.read(one).fingerprint());
  }

  @Test
  void everyMisfitIsToldByNameWithTheNearest() {
    Path adapter =
        QuickstartAdapter.at(folder.resolve("wrong"))
            .head("deberta.encoder.layer.0.attention.self.query_prok", 96, 1f)
            .head(QuickstartAdapter.module(9, "key_proj"), 96, 1f)
            .head(QuickstartAdapter.module(2, "key_proj"), 64, 1f)
            .head(QuickstartAdapter.module(3, "key_proj"), 96, Float.NaN)
            .classifier(3, 0f)
            .written("WEIGHTLORA");

    assertThat(PlanCheck.problems(config(adapter)))
        .extracting(UserProblem::getMessage)
        .allMatch(message -> message.startsWith("method.start-from: " + adapter + ": "))
        .satisfiesExactlyInAnyOrder(
            m ->
                assertThat(m)
                    .contains("query_prok")
                    .contains("did you mean")
                    .contains("query_proj"),
            m -> assertThat(m).contains("layer.9.").contains("no place"),
            m -> assertThat(m).contains("[64, 64]").contains("[96, 96]"),
            m -> assertThat(m).contains("omega holds NaN"),
            m -> assertThat(m).contains("classifier.weight with shape [3, 96]"),
            m -> assertThat(m).contains("classifier.bias with shape [3]"));
  }

  @Test
  void headsThatTheRunWouldNotHaveAreRefusedWithTheRemedy() {
    Path adapter = QuickstartAdapter.write(folder.resolve("adapter"), 0f);

    assertThat(PlanCheck.problems(config(adapter, "method.target-modules=[query_proj]")))
        .singleElement()
        .extracting(UserProblem::getMessage)
        .asString()
        .contains("4 heads")
        .contains("method.target-modules = [key_proj, query_proj]");
    assertThat(PlanCheck.problems(config(adapter, "method.layers=[\"0-2\"]")))
        .singleElement()
        .extracting(UserProblem::getMessage)
        .asString()
        .contains("2 heads")
        .contains("without method.layers");
    assertThat(PlanCheck.problems(config(adapter, "method.train-head=false")))
        .singleElement()
        .extracting(UserProblem::getMessage)
        .asString()
        .contains("classifier.bias, classifier.weight")
        .contains("set method.train-head = true");
    Path onPooler =
        QuickstartAdapter.at(folder.resolve("pooler"))
            .head("pooler.dense", 96, 1f)
            .written("WEIGHTLORA");
    assertThat(PlanCheck.problems(config(onPooler)))
        .singleElement()
        .extracting(UserProblem::getMessage)
        .asString()
        .contains("pooler.dense")
        .contains("winnow merge");
    assertThat(PlanCheck.problems(config(onPooler, "method.train-head=false"))).isEmpty();
  }

  @Test
  void methodThatCannotBeginWithAnAdapterSaysWhy() {
    Path adapter = QuickstartAdapter.write(folder.resolve("adapter"), 0f);

    assertThatThrownBy(() -> config(adapter, "method.name=rand", "method.keep=3"))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("method.start-from")
        .hasMessageContaining("rand draws its heads by the seed");
    assertThatThrownBy(() -> config(folder.resolve("adapted")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("adapted does not exist")
        .hasMessageContaining("did you mean adapter?");
    assertThatThrownBy(() -> config(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("holds no adapter_config.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[0, 3]", "[\"1-2\"]", "2"})
  void layersLimitTheHeadsToTheirBlocks(String layers) {
    RunConfig config =
        RunConfigReader.read(CONF, List.of("method.layers=" + layers, "method.train-head=false"));

    List<String> blocks =
        plan(config).sweep().trainable().adapters().stream()
            .map(head -> head.id().module().replaceAll("deberta.encoder.layer.(\\d).*", "$1"))
            .distinct()
            .toList();

    assertThat(blocks)
        .isEqualTo(
            switch (layers) {
              case "2" -> List.of("2");
              case "[0, 3]" -> List.of("0", "3");
              default -> List.of("1", "2");
            });
  }

  @Test
  void moduleOutsideTheBlocksStaysWhereANameIsForItAlone() {
    String layers = "method.layers=[1]";
    String frozen = "method.train-head=false";
    assertThat(modules(layers, frozen, "method.target-modules=[query_proj, pooler.dense]"))
        .containsExactly(QuickstartAdapter.module(1, "query_proj"), "pooler.dense");
    assertThat(modules(layers, frozen, "method.target-modules=[dense]"))
        .hasSize(3)
        .allMatch(path -> path.startsWith("deberta.encoder.layer.1."));
  }

  private static List<String> modules(String... settings) {
    List<String> set = new ArrayList<>(List.of("method.keep=1"));
    set.addAll(List.of(settings));
    return plan(RunConfigReader.read(CONF, set)).sweep().trainable().adapters().stream()
        .map(head -> head.id().module())
        .toList();
  }

  @Test
  void layersBeyondTheModelAndLayersWithoutATargetAreRefused() {
    assertThat(
            PlanCheck.problems(RunConfigReader.read(CONF, List.of("method.layers=[1, \"3-4\"]"))))
        .singleElement()
        .extracting(UserProblem::getMessage)
        .asString()
        .contains("method.layers: 3-4 is not in the model")
        .contains("4 blocks are 0 (deberta.encoder.layer.0) to 3");
    assertThat(
            PlanCheck.problems(
                RunConfigReader.read(
                    CONF,
                    List.of(
                        "method.layers=[1]",
                        "method.train-head=false",
                        "method.target-modules=\"deberta.encoder.layer.0.*\""))))
        .singleElement()
        .extracting(UserProblem::getMessage)
        .asString()
        .contains("matches nothing in the blocks [1]");
  }
}
