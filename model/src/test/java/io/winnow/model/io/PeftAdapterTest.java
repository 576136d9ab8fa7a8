package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class PeftAdapterTest {
  private static final int IN = 5;
  private static final int OUT = 3;
  private static final float SCALE = 2.5f;
  private static final List<String> MODULES =
      List.of("deberta.layer.0.q", "deberta.layer.0.k", "deberta.layer.1.q", "deberta.layer.10.q");
  private static final TrainableSpec SPEC = spec();
  @TempDir Path temp;

  private static TrainableSpec spec() {
    List<AdapterSpec> heads = new ArrayList<>();
    for (String module : MODULES) {
      heads.add(new AdapterSpec(new AdapterId(heads.size(), module), IN, OUT, 2, SCALE));
    }
    LayerSpec block = new LayerSpec(new LayerId(0, "deberta.layer.0"), heads, List.of());
    List<TensorSpec> tensors =
        List.of(
            new TensorSpec("classifier.weight", List.of(2, 3), true),
            new TensorSpec("pooler.dense.bias", List.of(3), false));
    return new TrainableSpec(
        List.of(block, new LayerSpec(new LayerId(1, LayerId.HEAD), List.of(), tensors)));
  }

  private static AdapterState state(int index, int rank, float omega) {
    float[] a = new float[rank * IN];
    float[] b = new float[OUT * rank];
    for (int i = 0; i < a.length; i++) {
      a[i] = (float) Math.sin(i + index);
    }
    for (int i = 0; i < b.length; i++) {
      b[i] = (float) Math.cos(i * 3 + index);
    }
    return new AdapterState(SPEC.adapters().get(index).id(), rank, a, b, omega);
  }

  /** Head 0 has rank 2, head 2 rank 4, head 1 is masked, head 3 depends. */
  private static List<LayerParameters> parameters(AdapterState... more) {
    List<AdapterState> states =
        new ArrayList<>(List.of(state(0, 2, 0.75f), state(1, 2, 0f), state(2, 4, -1.5f)));
    states.addAll(List.of(more));
    List<TensorState> tensors =
        List.of(
            new TensorState("classifier.weight", new float[] {1, 2, 3, 4, 5, 6}),
            new TensorState("pooler.dense.bias", new float[] {7, 8, 9}));
    return List.of(
        new LayerParameters(SPEC.layers().get(0).id(), states, List.of()),
        new LayerParameters(SPEC.layers().get(1).id(), List.of(), tensors));
  }

  private static ExportInfo info(PeftProfile profile) {
    return new ExportInfo(
        profile,
        new ExportInfo.Base("microsoft/deberta-v3-base", "ab12"),
        "SEQ_CLS",
        "weightlora",
        5f,
        2,
        2,
        17,
        300,
        2,
        List.of("no", "yes"),
        List.of(new ExportInfo.RankChange(100, MODULES.get(2), 4)));
  }

  private static double[] product(double factor, int rank, float[] a, float[] b) {
    double[] delta = new double[OUT * IN];
    for (int o = 0; o < OUT; o++) {
      for (int i = 0; i < IN; i++) {
        for (int r = 0; r < rank; r++) {
          delta[o * IN + i] += factor * b[o * rank + r] * a[r * IN + i];
        }
      }
    }
    return delta;
  }

  private static void assertSameDelta(PeftAdapter.Module read, AdapterState state) {
    double[] delta = product(read.scale(), read.rank(), read.a(), read.b());
    double factor = (double) state.omega() * SCALE;
    assertThat(delta)
        .containsExactly(product(factor, state.rank(), state.a(), state.b()), within(1e-5));
  }

  private Path export(PeftProfile profile, AdapterState... more) {
    Path folder = temp.resolve("out/adapter");
    PeftAdapter.export(folder, SPEC, parameters(more), info(profile));
    return folder;
  }

  @ParameterizedTest
  @EnumSource(PeftProfile.class)
  void exportReadsBackAsTheSameUpdate(PeftProfile profile) throws IOException {
    AdapterState last = state(3, 2, 1f);
    Path folder = export(profile, last);
    PeftFolderChecker.check(folder);
    PeftAdapter read = PeftAdapter.read(folder);
    assertThat(read.modules()).containsOnlyKeys(MODULES.get(0), MODULES.get(2), MODULES.get(3));
    assertSameDelta(read.modules().get(MODULES.get(0)), state(0, 2, 0.75f));
    assertSameDelta(read.modules().get(MODULES.get(2)), state(2, 4, -1.5f));
    assertSameDelta(read.modules().get(MODULES.get(3)), last);
    assertThat(read.saved().get("classifier.weight").shape()).containsExactly(2, 3);
    assertThat(read.saved().get("pooler.dense.bias").values()).containsExactly(7, 8, 9);
  }

  @Test
  void portableFoldsEverythingAndPadsToOneRank() {
    JsonNode config = PeftAdapter.read(export(PeftProfile.PORTABLE)).config();
    assertThat(config.get("r").asInt()).isEqualTo(4);
    assertThat(config.get("lora_alpha").asInt()).isEqualTo(4);
    assertThat(config.get("rank_pattern")).isEmpty();
    assertThat(config.get("modules_to_save").toString()).isEqualTo("[\"classifier\",\"pooler\"]");
  }

  @Test
  void compactKeepsRanksInAnchoredPatterns() {
    JsonNode config = PeftAdapter.read(export(PeftProfile.COMPACT, state(3, 2, 1f))).config();
    assertThat(config.get("r").asInt()).isEqualTo(2);
    assertThat(config.get("rank_pattern").toString())
        .isEqualTo("{\"^deberta\\\\.layer\\\\.1\\\\.q\":4}");
  }

  @Test
  void sideFileHasWhatFoldingHides() {
    JsonNode side = PeftAdapter.read(export(PeftProfile.PORTABLE)).origin();
    assertThat(side.path("alpha").asDouble()).isEqualTo(5);
    assertThat(side.path("seed").asLong()).isEqualTo(17);
    assertThat(side.path("base_fingerprint").asText()).isEqualTo("ab12");
    assertThat(side.path("kept")).hasSize(2);
    assertThat(side.path("heads").findValuesAsText("status"))
        .containsExactly("kept", "masked", "kept", "pruned");
    assertThat(side.at("/heads/2/omega").floatValue()).isEqualTo(-1.5f);
    assertThat(side.at("/rank_history/0/step").asLong()).isEqualTo(100);
    assertThat(side.at("/label_names/1").asText()).isEqualTo("yes");
  }

  @Test
  void exportReplacesAnAdapterAndLeavesOtherFilesAlone() throws IOException {
    Path folder = export(PeftProfile.COMPACT);
    Files.writeString(folder.resolve("notes.txt"), "mine");
    export(PeftProfile.PORTABLE);
    assertThat(folder.resolve("notes.txt")).hasContent("mine");
    assertThat(PeftAdapter.read(folder).config().get("r").asInt()).isEqualTo(4);
    try (var files = Files.list(folder.getParent())) {
      assertThat(files).containsExactly(folder);
    }
  }

  @Test
  void folderOfSomethingElseIsRefused() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("out/adapter"));
    Files.writeString(folder.resolve("thesis.txt"), "mine");
    assertThatThrownBy(() -> export(PeftProfile.PORTABLE))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("not empty and not an adapter folder");
    Files.delete(folder.resolve("thesis.txt"));
    export(PeftProfile.PORTABLE);
    assertThat(folder.resolve("adapter_config.json")).exists();
  }

  @Test
  void nonFiniteValuesAndEmptySelectionsAreNotExported() throws IOException {
    assertThatThrownBy(() -> export(PeftProfile.PORTABLE, state(3, 2, Float.NaN)))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("deberta.layer.10.q B holds NaN");
    List<LayerParameters> masked =
        List.of(
            new LayerParameters(SPEC.layers().get(0).id(), List.of(state(0, 2, 0f)), List.of()));
    assertThatThrownBy(() -> PeftAdapter.export(temp, SPEC, masked, info(PeftProfile.PORTABLE)))
        .hasMessageContaining("no adapter is left");
    try (var files = Files.list(temp)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void adaptersOfTheGoldenCaseKeepTheirUpdate() throws IOException {
    Path golden = Path.of("src/test/resources/golden/deberta-v3-cls/lora_case.safetensors");
    try (SafeTensors lora = SafeTensors.open(golden)) {
      List<AdapterSpec> specs = new ArrayList<>();
      List<AdapterState> states = new ArrayList<>();
      for (String key : lora.names().stream().filter(n -> n.matches("lora\\..*\\.A")).toList()) {
        String module = key.substring(5, key.length() - 2);
        AdapterId id = new AdapterId(specs.size(), module);
        int in = (int) lora.shape(key)[1];
        int out = (int) lora.shape("lora." + module + ".B")[0];
        specs.add(new AdapterSpec(id, in, out, 4, 2f));
        float omega = lora.floats("lora." + module + ".omega")[0];
        states.add(
            new AdapterState(id, 4, lora.floats(key), lora.floats("lora." + module + ".B"), omega));
      }
      LayerId layer = new LayerId(0, "all");
      PeftAdapter.export(
          temp.resolve("golden"),
          new TrainableSpec(List.of(new LayerSpec(layer, specs, List.of()))),
          List.of(new LayerParameters(layer, states, List.of())),
          info(PeftProfile.PORTABLE));
      PeftAdapter read = PeftAdapter.read(temp.resolve("golden"));
      assertThat(read.modules()).hasSize(specs.size()).isNotEmpty();
      assertThat(read.config().get("modules_to_save").isNull()).isTrue();
      for (AdapterState state : states) {
        PeftAdapter.Module module = read.modules().get(state.id().module());
        assertThat(module.a()).isEqualTo(state.a());
        for (int i = 0; i < module.b().length; i++) {
          assertThat(module.b()[i]).isCloseTo(state.omega() * 2 * state.b()[i], within(1e-6f));
        }
      }
    }
  }

  private Path stock(String config, SafeTensorsWriter weights) throws IOException {
    Files.writeString(temp.resolve("adapter_config.json"), config);
    weights.writeFile(temp.resolve("adapter_model.safetensors"));
    return temp;
  }

  private static SafeTensorsWriter pair(String module, int rank) {
    return new SafeTensorsWriter()
        .floats("base_model.model." + module + ".lora_A.weight", new float[rank * 2], rank, 2)
        .floats("base_model.model." + module + ".lora_B.weight", new float[3 * rank], 3, rank);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8}|2",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"use_rslora\":true}|4",
        "{\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16,\"rank_pattern\":{\"q\":4}}|4",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"alpha_pattern\":{\"0.q\":1,\"q\":9}}|0.25",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"alpha_pattern\":{\"yer.0.q\":1}}|2"
      })
  void stockFoldersScaleAsPeftDoes(String config, float scale) throws IOException {
    PeftAdapter read = PeftAdapter.read(stock(config, pair("m.layer.0.q", 4)));
    assertThat(read.modules().get("m.layer.0.q").scale()).isEqualTo(scale);
    assertThat(read.origin()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"peft_type\":\"IA3\"}|peft_type is 'IA3'",
        "{\"peft_type\":\"LORA\",\"r\":4,\"use_dora\":true}|use_dora is set",
        "{\"peft_type\":\"LORA\",\"r\":4,\"bias\":\"all\"}|bias is 'all'",
        "{\"peft_type\":\"LORA\",\"r\":4,\"init_lora_weights\":\"pissa_niter_4\"}|changed the base",
        "{\"peft_type\":\"LORA\",\"r\":2}|says rank 2",
        "{\"peft_type\":\"LORA\",\"r\":4,\"rank_pattern\":{\"(\":2}}|not a regular expression",
        "{\"peft_type\":\"LORA\",\"r\":4,\"rank_pattern\":{\"q\":[true]}}|a number is expected"
      })
  void unsupportedFoldersAreRefusedByName(String config, String reason) throws IOException {
    Path folder = stock(config, pair("m.q", 4));
    assertThatThrownBy(() -> PeftAdapter.read(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining(reason);
  }

  @Test
  void ranksThatCouldNeverLearnAreLeftOut() {
    float[] a = {1, 2, 0, 0, 0, 0};
    float[] b = {3, 4, 0, 5, 0, 0};
    PeftAdapter.Module padded = new PeftAdapter.Module(3, 2, 2, 1.5f, 1f, a, b);

    PeftAdapter.Module narrow = padded.withoutDeadRanks();

    assertThat(narrow.rank()).isEqualTo(2); // B of the second is not 0
    assertThat(narrow.a()).containsExactly(1, 2, 0, 0);
    assertThat(narrow.b()).containsExactly(3, 4, 5, 0);
    assertThat(narrow.withoutDeadRanks()).isSameAs(narrow);
    float[] zeros = new float[6];
    assertThat(new PeftAdapter.Module(3, 2, 2, 1f, 1f, zeros, zeros).withoutDeadRanks().rank())
        .isEqualTo(1);
  }

  @Test
  void fingerprintIsOfTheValuesAloneAndOfEachOfThem() throws IOException {
    AdapterState last = state(3, 2, 1f);
    String compact = PeftAdapter.read(export(PeftProfile.COMPACT, last)).fingerprint();
    Files.writeString(temp.resolve("out/adapter/README.md"), "another card");
    assertThat(PeftAdapter.read(temp.resolve("out/adapter")).fingerprint()).isEqualTo(compact);
    last.b()[0] += 1;
    assertThat(PeftAdapter.read(export(PeftProfile.COMPACT, last)).fingerprint())
        .isNotEqualTo(compact);
  }

  @Test
  void strayAndHalfTensorsAreRefused() throws IOException {
    String config = "{\"peft_type\":\"LORA\",\"r\":4}";
    Path folder =
        stock(config, pair("m.q", 4).floats("base_model.model.x.weight", new float[1], 1));
    assertThatThrownBy(() -> PeftAdapter.read(folder))
        .hasMessageContaining("unexpected tensor 'base_model.model.x.weight'");
    stock(
        config,
        new SafeTensorsWriter().floats("base_model.model.q.lora_B.weight", new float[4], 1, 4));
    assertThatThrownBy(() -> PeftAdapter.read(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("but not 'base_model.model.q.lora_A.weight'");
  }

  @Test
  void foldersWithoutSafetensorsAreExplained() throws IOException {
    assertThatThrownBy(() -> PeftAdapter.read(temp))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no adapter_config.json");
    Files.writeString(temp.resolve("adapter_config.json"), "{\"peft_type\":\"LORA\"}");
    Files.writeString(temp.resolve("adapter_model.bin"), "");
    assertThatThrownBy(() -> PeftAdapter.read(temp)).hasMessageContaining("pickle");
  }
}
