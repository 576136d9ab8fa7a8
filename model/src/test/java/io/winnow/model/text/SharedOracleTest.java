package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.data.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Published models, asked of Hugging Face's library too. */
class SharedOracleTest {
  @TempDir Path temp;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void llamaTwoIsSplitAsHuggingFaceSplitsIt(boolean legacy) throws IOException {
    Path file = SharedData.require("tokenizers/llama2/tokenizer.model");
    Path folder = folderWith(file, "{\"legacy\": %s}".formatted(legacy));
    SentencePieceModel model = SentencePieceModel.read(file);
    JsonForm form =
        JsonForm.scoredMerges(model, legacy)
            .special("<unk>", 0)
            .special("<s>", 1)
            .special("</s>", 2);
    try (Tokenizer ours = Tokenizers.open(folder, 1 << 20);
        Tokenizer oracle = form.open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(200));
      Agreement.check(ours, oracle, NastyTexts.anyCharacters(200));
      Agreement.checkIds(ours, oracle, shakespeare());
    }
  }

  @Test
  void debertaIsSplitAsHuggingFaceSplitsIt() throws IOException {
    Path file = SharedData.require("tokenizers/deberta-v3/spm.model");
    Path folder = folderWith(file, "{}");
    JsonForm form = deberta(file);
    try (Tokenizer ours = Tokenizers.open(folder, 1 << 20);
        Tokenizer oracle = form.open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(200));
      Agreement.check(ours, oracle, NastyTexts.anyCharacters(200));
      Agreement.checkIds(ours, oracle, shakespeare());
    }
  }

  static JsonForm deberta(Path file) throws IOException {
    SentencePieceModel model = SentencePieceModel.read(file);
    byte[] charsMap = SentencePieceBytes.charsMap(Files.readAllBytes(file));
    JsonForm form = JsonForm.unigram(model, charsMap);
    List.of("[PAD]", "[CLS]", "[SEP]", "[UNK]")
        .forEach(t -> form.special(t, model.vocabulary().id(t)));
    return form.special("[MASK]", 128000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void robertaIsSplitAsHuggingFaceSplitsIt(boolean prefixSpace) throws IOException {
    Path source = SharedData.require("tokenizers/roberta-bart");
    Path folder =
        folderWith(
            source.resolve("vocab.json"), "{\"add_prefix_space\": %s}".formatted(prefixSpace));
    Files.copy(source.resolve("merges.txt"), folder.resolve("merges.txt"));
    JsonForm form =
        JsonForm.byteLevel(source, prefixSpace)
            .special("<s>", 0)
            .special("<pad>", 1)
            .special("</s>", 2)
            .special("<unk>", 3)
            .special("<mask>", 50264, true);
    try (Tokenizer ours = Tokenizers.open(folder, 1 << 20);
        Tokenizer oracle = form.open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(200));
      Agreement.check(ours, oracle, NastyTexts.anyCharacters(200));
      Agreement.checkIds(ours, oracle, shakespeare());
      for (String text : NastyTexts.all(20)) {
        assertThat(ours.encode(text, "x " + text).ids())
            .isEqualTo(oracle.encode(text, "x " + text).ids());
      }
    }
  }

  private Path folderWith(Path file, String settings) throws IOException {
    Path folder = Files.createDirectories(temp.resolve("model"));
    Files.copy(file, folder.resolve(file.getFileName().toString()));
    Files.writeString(folder.resolve("tokenizer_config.json"), settings);
    return folder;
  }

  private static String shakespeare() throws IOException {
    Path folder = SharedData.require("text");
    try (var files = Files.list(folder)) {
      return Files.readString(files.findFirst().orElseThrow()).substring(0, 200_000);
    }
  }
}
