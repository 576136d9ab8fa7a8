package io.winnow.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model folders that are damaged or not supported: exit code 1, before the weights are loaded. */
class BadModelInputTest {
  private static final String CONFIG = "model/config.json";
  private static final String WEIGHTS = "model/model.safetensors";
  private static final String TOKENIZER = "model/tokenizer.json";

  @TempDir Path folder;
  private QuickstartCopy quickstart;

  @BeforeEach
  void copy() throws IOException {
    quickstart = new QuickstartCopy(folder);
  }

  @Test
  void configurationThatIsNoJsonIsRefusedByLine() {
    quickstart.write(CONFIG, "{\n  \"model_type\": deberta\n}");
    quickstart.refused(1, CONFIG + ", line 2: not valid JSON");
    quickstart.write(CONFIG, "[]");
    quickstart.refused(1, CONFIG + ": expected a JSON object");
  }

  @Test
  void unsupportedOptionIsNamedWithWhatIsSupported() {
    quickstart.replace(CONFIG, "\"hidden_act\": \"gelu\"", "\"hidden_act\": \"mish\"");
    quickstart.refused(1, "model: config.json: hidden_act is 'mish'", "supported: gelu, ");
  }

  @Test
  void unsupportedFamilyIsNamedWithWhatIsSupported() {
    quickstart.replace(CONFIG, "deberta-v2", "t5");
    quickstart.refused(1, "model: config.json: model_type is 't5'", "deberta-v2");
  }

  @Test
  void pickledWeightsAreRefusedWithTheConversion() throws IOException {
    Files.move(quickstart.path(WEIGHTS), quickstart.path("model/pytorch_model.bin"));
    quickstart.refused(1, "pytorch_model.bin", "Convert it once", "python3 -c");
  }

  @Test
  void missingWeightsAreRefused() throws IOException {
    Files.delete(quickstart.path(WEIGHTS));
    quickstart.refused(1, "has no weights", "model.safetensors");
  }

  @Test
  void truncatedWeightsAreRefusedWithTheRemedy() throws IOException {
    cut(500_000);
    quickstart.refused(1, WEIGHTS, "copy or download it again");
    cut(100);
    quickstart.refused(1, WEIGHTS, "truncated", "copy or download it again");
    cut(3);
    quickstart.refused(1, WEIGHTS, "not a safetensors file");
    cut(0);
    quickstart.refused(1, WEIGHTS, "not a safetensors file");
  }

  private void cut(long size) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(quickstart.path(WEIGHTS).toFile(), "rw")) {
      file.setLength(size);
    }
  }

  @Test
  void corruptWeightsAreRefusedWithTheRemedy() throws IOException {
    byte[] bytes = Files.readAllBytes(quickstart.path(WEIGHTS));
    byte[] noise = bytes.clone();
    Arrays.fill(noise, 0, 8, (byte) 0xff);
    Files.write(quickstart.path(WEIGHTS), noise);
    quickstart.refused(1, WEIGHTS, "not a safetensors file");
    noise = bytes.clone();
    Arrays.fill(noise, 40, 60, (byte) '#');
    Files.write(quickstart.path(WEIGHTS), noise);
    quickstart.refused(1, WEIGHTS, "copy or download it again");
  }

  @Test
  void missingTensorIsNamed() throws IOException {
    renameInHeader("encoder.layer.2.attention.self.key_proj.bias", "key_proj.bia_");
    quickstart.refused(
        1, "model: tensor deberta.encoder.layer.2.attention.self.key_proj.bias is missing");
  }

  @Test
  void tensorOfAnotherShapeIsNamed() {
    quickstart.replace(CONFIG, "\"intermediate_size\": 192", "\"intermediate_size\": 96");
    quickstart.refused(1, "intermediate.dense.weight has shape [192, 96]", "[96, 96]");
  }

  /** Changes the last letters of a tensor's name, so that the header keeps its length. */
  private void renameInHeader(String name, String end) throws IOException {
    byte[] bytes = Files.readAllBytes(quickstart.path(WEIGHTS));
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    String changed = header.replace(name, name.substring(0, name.length() - end.length()) + end);
    System.arraycopy(changed.getBytes(StandardCharsets.UTF_8), 0, bytes, 8, length);
    Files.write(quickstart.path(WEIGHTS), bytes);
  }

  @Test
  void tokenizerOfAnotherModelIsRefused() {
    quickstart.replace(CONFIG, "\"vocab_size\": 1149", "\"vocab_size\": 900");
    quickstart.refused(1, "tokenizer", "900", "1149");
  }

  @Test
  void missingOrBrokenTokenizerIsRefused() throws IOException {
    String whole = quickstart.read(TOKENIZER);
    quickstart.write(TOKENIZER, whole.substring(0, 2000));
    quickstart.refused(1, TOKENIZER, "not valid JSON");
    quickstart.write(TOKENIZER, "{\"model\": {\"vocab\": {\"a\": 0}, \"type\": \"Odd\"}}");
    quickstart.refused(1, TOKENIZER, "not a tokenizer that this version can read");
    Files.delete(quickstart.path(TOKENIZER));
    quickstart.refused(1, "has no tokenizer that Winnow reads");
  }

  @Test
  void examplesLongerThanTheModelsPositionsAreRefusedWithBothNumbers() {
    quickstart.replace(
        CONFIG, "\"position_biased_input\": false", "\"position_biased_input\": true");
    quickstart.replace(
        CONFIG, "\"max_position_embeddings\": 128", "\"max_position_embeddings\": 16");
    quickstart.refused(
        2,
        "data.max-length: the longest example has 31 tokens",
        "positions for 16; set data.max-length = 16 or less");
  }
}
