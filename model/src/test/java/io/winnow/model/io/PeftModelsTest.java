package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.arch.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Adapters on models of every family and task: exported ones, and ones that PEFT itself wrote
 * (peft_logits.py). That PEFT reads the exported ones is checked by that script (docs/peft.md).
 */
class PeftModelsTest {
  private static final Path WRITTEN = Path.of("src/test/resources/peft-written");
  @TempDir Path temp;

  static Stream<Arguments> exports() {
    return Stream.of(
            PeftModel.of("deberta-v3-cls", "SEQ_CLS"),
            PeftModel.of("deberta-v3-qa", "QUESTION_ANS"),
            PeftModel.of("deberta-v2-conv-cls", "SEQ_CLS"),
            PeftModel.of("deberta-v2-unshared-regression", "SEQ_CLS"),
            PeftModel.of("bert-cls", "SEQ_CLS"),
            PeftModel.of("roberta-cls", "SEQ_CLS"),
            PeftModel.of("bart-seq2seq", "SEQ_2_SEQ_LM"),
            PeftModel.of("bart-seq2seq", "SEQ_CLS"),
            PeftModel.of("llama3-gqa-causal", "CAUSAL_LM"),
            PeftModel.of("llama3-gqa-causal", "SEQ_CLS"),
            PeftModel.of("llama2-tied-causal", "CAUSAL_LM"))
        .flatMap(
            model ->
                Arrays.stream(PeftProfile.values()).map(profile -> Arguments.of(model, profile)));
  }

  @ParameterizedTest
  @MethodSource("exports")
  void exportedAdapterGivesTheLogitsOfTheRun(PeftModel model, PeftProfile profile) {
    Path folder = temp.resolve("adapter");
    PeftAdapter.export(folder, model.spec(), model.trained(), info(model, profile));

    float[] read = model.logits(PeftAdapter.read(folder));
    assertThat(read).containsExactly(model.logits(model.trained()), within(model.tolerance()));
    assertThat(differs(read, model.logits(List.<LayerParameters>of()))).isTrue();
  }

  private static boolean differs(float[] some, float[] others) {
    double largest = 0;
    for (int i = 0; i < some.length; i++) {
      largest = Math.max(largest, Math.abs(some[i] - others[i]));
    }
    return largest > 1e-2;
  }

  private static ExportInfo info(PeftModel model, PeftProfile profile) {
    return new ExportInfo(
        profile,
        new ExportInfo.Base(model.golden().folder().toString(), "ab12"),
        model.taskType(),
        "weightlora",
        8f,
        4,
        0,
        17,
        300,
        model.head().labels(),
        List.of(),
        List.of());
  }

  @ParameterizedTest
  @ValueSource(strings = {"deberta-v3-cls", "bart-seq2seq", "llama3-gqa-causal"})
  void adapterThatPeftWroteGivesItsLogits(String name) {
    Path folder = WRITTEN.resolve(name);
    PeftAdapter adapter = PeftAdapter.read(folder);
    PeftModel model = PeftModel.of(name, adapter.config().path("task_type").asText());
    try (SafeTensors expected = SafeTensors.open(folder.resolve("logits.safetensors"))) {
      long[] shape = expected.shape("logits");
      int width = (int) shape[shape.length - 1];
      float[] all = model.logits(adapter);
      long[] rows = expected.longs("rows");
      float[] want = expected.floats("logits");
      for (int i = 0; i < rows.length; i++) {
        int from = (int) rows[i] * width;
        assertThat(Arrays.copyOfRange(all, from, from + width))
            .as("row %d", rows[i])
            .containsExactly(
                Arrays.copyOfRange(want, i * width, (i + 1) * width), within(model.tolerance()));
      }
    }
  }

  /** For peft_logits.py check, which compares with what PEFT makes of them. */
  @ParameterizedTest
  @MethodSource("exports")
  @EnabledIfSystemProperty(named = "winnow.peft", matches = ".+")
  void exportsAreWritten(PeftModel model, PeftProfile profile) throws IOException {
    Path folder = Path.of(System.getProperty("winnow.peft")).resolve(model.name() + "-" + profile);
    Files.createDirectories(folder);
    PeftAdapter.export(
        folder.resolve("adapter"), model.spec(), model.trained(), info(model, profile));
    Tokens tokens = model.tokens();
    SafeTensorsWriter said =
        new SafeTensorsWriter()
            .metadata("base", model.golden().folder().toAbsolutePath().toString())
            .metadata("labels", Integer.toString(model.head().labels()))
            .metadata("padding", Integer.toString(model.padding()))
            .longs("input_ids", longs(tokens.ids()), tokens.examples(), tokens.length())
            .longs("attention_mask", longs(tokens.mask()), tokens.examples(), tokens.length());
    if (tokens.types() != null) {
      said.longs("token_type_ids", longs(tokens.types()), tokens.examples(), tokens.length());
    }
    if (model.taskType().equals("SEQ_2_SEQ_LM")) {
      Tokens.Side decoder = tokens.decoder();
      said.longs("decoder_input_ids", longs(decoder.ids()), tokens.examples(), decoder.length());
    }
    float[] logits = model.logits(model.trained());
    said.floats("logits", logits, logits.length);
    said.writeFile(folder.resolve("logits.safetensors"));
    assertThat(folder.resolve("adapter/adapter_model.safetensors")).isNotEmptyFile();
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
