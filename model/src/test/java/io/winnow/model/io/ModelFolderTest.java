package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.SharedData;
import io.winnow.model.text.JsonTokenizer;
import io.winnow.model.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  @TempDir Path temp;

  private Path copy(String name) throws IOException {
    Path target = Files.createDirectory(temp.resolve(name));
    try (var files = Files.list(GOLDEN.resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(file.getFileName()));
      }
    }
    return target;
  }

  @Test
  void singleFileModelIsRead() {
    try (ModelFolder model = ModelFolder.open(GOLDEN.resolve("deberta-v3-cls"))) {
      assertThat(model.config().path("model_type").asText()).isEqualTo("deberta-v2");
      assertThat(model.has("classifier.weight")).isTrue();
      long[] shape = model.shape("classifier.weight");
      float[] target = new float[(int) (shape[0] * shape[1])];
      model.read("classifier.weight", target);
      assertThat(target).isEqualTo(model.floats("classifier.weight"));
      assertThat(model.fingerprint()).hasSize(64).isEqualTo(model.fingerprint());
    }
  }

  @Test
  void shardedBf16ModelReadsAcrossShards() {
    try (ModelFolder model = ModelFolder.open(GOLDEN.resolve("format-llama-bf16-sharded"))) {
      assertThat(model.names()).contains("model.embed_tokens.weight", "model.norm.weight");
      for (String name : model.names()) {
        assertThat(model.floats(name)).isNotEmpty();
      }
    }
  }

  @Test
  void checkpointOfTheBareModelIsFoundUnderThePrefix() {
    try (ModelFolder bare = ModelFolder.open(GOLDEN.resolve("format-bart-no-prefix"))) {
      ModelFolder model = bare.withPrefix("model");
      assertThat(bare.has("shared.weight")).isTrue();
      assertThat(bare.has("model.shared.weight")).isFalse();
      assertThat(model.has("model.shared.weight")).isTrue();
      assertThat(model.names()).contains("model.shared.weight").doesNotContain("shared.weight");
      assertThat(model.floats("model.shared.weight")).isEqualTo(bare.floats("shared.weight"));
    }
    try (ModelFolder full = ModelFolder.open(GOLDEN.resolve("deberta-v3-cls"))) {
      assertThat(full.withPrefix("deberta").names()).isEqualTo(full.names());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "deberta-tiny-real, deberta.embeddings.word_embeddings.weight",
    "stories260K-llama, model.embed_tokens.weight"
  })
  void realModelsAndTheirTokenizersFitTogether(String name, String embedding) {
    Path folder = SharedData.require("models/" + name);
    try (ModelFolder model = ModelFolder.open(folder);
        Tokenizer tokenizer = JsonTokenizer.open(folder, 128)) {
      int vocabulary = model.config().path("vocab_size").asInt();
      tokenizer.requireFits(vocabulary);
      assertThat(model.shape(embedding)[0]).isEqualTo(vocabulary);
      assertThat(tokenizer.encode("Once upon a time there was a little girl.").ids())
          .hasSizeBetween(5, 40)
          .satisfies(
              ids -> assertThat(Arrays.stream(ids).max().orElseThrow()).isLessThan(vocabulary));
    }
  }

  @Test
  void pickleIsRefusedWithTheRecipe() {
    assertThatThrownBy(() -> ModelFolder.open(GOLDEN.resolve("format-deberta-bin-fp16")))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("pytorch_model.bin")
        .hasMessageContaining("pickle")
        .hasMessageContaining("python3 -c \"import torch, safetensors.torch as s; w = torch.load('")
        .hasMessageContaining("format-deberta-bin-fp16/model.safetensors', {'format': 'pt'})\"");
  }

  @Test
  void missingPiecesAreNamed() throws IOException {
    assertThatThrownBy(() -> ModelFolder.open(temp.resolve("none")))
        .hasMessageContaining("none: no such folder");
    assertThatThrownBy(() -> ModelFolder.open(temp)).hasMessageContaining("no config.json");
    Files.writeString(temp.resolve("config.json"), "{}");
    assertThatThrownBy(() -> ModelFolder.open(temp))
        .hasMessageContaining("has no weights: expected model.safetensors");
    assertThatThrownBy(() -> ModelFolder.open(temp.resolve("config.json")))
        .hasMessageContaining("is a file");
    Files.writeString(temp.resolve("config.json"), "{\"a\":1,\n\"b\":");
    assertThatThrownBy(() -> ModelFolder.open(temp))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("config.json, line 2: not valid JSON");
    Files.writeString(temp.resolve("config.json"), "[]");
    assertThatThrownBy(() -> ModelFolder.open(temp)).hasMessageContaining("JSON object");
    Files.writeString(temp.resolve("config.json"), "");
    assertThatThrownBy(() -> ModelFolder.open(temp)).isInstanceOf(UserProblem.class);
  }

  @Test
  void missingTensorIsNamed() {
    try (ModelFolder model = ModelFolder.open(GOLDEN.resolve("deberta-v3-cls"))) {
      assertThatThrownBy(() -> model.floats("nothing.weight"))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("lack the tensor 'nothing.weight'");
    }
  }

  @Test
  void missingShardIsNamed() throws IOException {
    Path folder = copy("format-llama-bf16-sharded");
    Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("model-00002-of-00002.safetensors, which is missing");
  }

  @Test
  void shardThatContradictsTheIndexIsRefused() throws IOException {
    Path folder = copy("format-llama-bf16-sharded");
    Path second = folder.resolve("model-00002-of-00002.safetensors");
    new SafeTensorsWriter().floats("other", new float[1], 1).writeFile(second);
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("should be in");
    Files.writeString(
        folder.resolve(ModelFolder.INDEX), "{\"weight_map\":{\"x\":\"../../etc/passwd\"}}");
    assertThatThrownBy(() -> ModelFolder.open(folder)).hasMessageContaining("not a file beside it");
  }

  @Test
  void fingerprintSeesWeightsAndConfigButNotTheSharding() throws IOException {
    Path folder = copy("format-llama-bf16-sharded");
    String before = fingerprint(folder);
    Files.writeString(folder.resolve("README.md"), "notes");
    assertThat(fingerprint(folder)).isEqualTo(before);
    Path first = folder.resolve("model-00001-of-00002.safetensors");
    byte[] bytes = Files.readAllBytes(first);
    bytes[bytes.length - 1] ^= 1;
    Files.write(first, bytes);
    assertThat(fingerprint(folder)).isNotEqualTo(before);
  }

  private static String fingerprint(Path folder) {
    try (ModelFolder model = ModelFolder.open(folder)) {
      return model.fingerprint();
    }
  }
}
