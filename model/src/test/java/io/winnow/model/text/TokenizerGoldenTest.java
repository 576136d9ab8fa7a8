package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.data.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Published models against vectors that transformers wrote. */
class TokenizerGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  @TempDir Path temp;

  @Test
  void debertaGivesTheIdsAndTextsOfTransformers() throws IOException {
    Path model = folder("tokenizers/deberta-v3/spm.model", "spm.model");
    Files.writeString(
        model.resolve("tokenizer_config.json"), "{\"clean_up_tokenization_spaces\": true}");
    JsonNode golden = golden("tokenizers/golden/Xenova__nli-deberta-v3-small.json");
    try (Tokenizer tokenizer = Tokenizers.open(model, 512)) {
      checkAll(golden, tokenizer);
      assertThat(tokenizer.padId()).isZero();
      assertThat(tokenizer.beginId()).hasValue(1);
      assertThat(tokenizer.endId()).hasValue(2);
      assertThat(tokenizer.id("[MASK]")).hasValue(128000);
      assertThat(tokenizer.specialIds()).containsExactlyInAnyOrder(0, 1, 2, 3, 128000);
      assertThat(tokenizer.plain("a [MASK] b").ids()).contains(128000);
      tokenizer.requireFits(128100);
    }
  }

  @Test
  void debertaPiecesAreTheirRangesNormalised() throws IOException {
    Path model = folder("tokenizers/deberta-v3/spm.model", "spm.model");
    List<String> texts = new ArrayList<>(NastyTexts.anyCharacters(100));
    for (JsonNode article : golden("squad/xquad.en.json").path("data")) {
      texts.add(article.path("paragraphs").path(0).path("context").asText());
    }
    try (Tokenizer tokenizer = Tokenizers.open(model, 512)) {
      for (String text : texts) {
        checkRanges(text, tokenizer.plain(text), tokenizer);
      }
    }
  }

  /** A piece is its range; of several pieces that came from one character each is in it. */
  private static void checkRanges(String text, TextTokens tokens, Tokenizer tokenizer) {
    for (int i = 0; i < tokens.length(); i++) {
      int start = tokens.starts()[i];
      int end = tokens.ends()[i];
      String range = Normalizer.normalize(text.substring(start, end), Normalizer.Form.NFKC);
      int[] id = {tokens.ids()[i]};
      String piece = tokenizer.decode(id, SpecialTokens.KEEP);
      boolean shared =
          i > 0 && tokens.ends()[i - 1] > start
              || i + 1 < tokens.length() && tokens.starts()[i + 1] < end;
      if (id[0] == 3) {
        continue;
      }
      if (shared) {
        assertThat(range).as(text).contains(piece);
      } else {
        assertThat(range.strip()).as(text).isEqualTo(piece);
      }
    }
  }

  @Test
  void llamaTwoGivesTheIdsAndTextsOfTransformers() throws IOException {
    Path model = folder("tokenizers/llama2/tokenizer.model", "tokenizer.model");
    JsonNode golden = golden("tokenizers/golden/Xenova__llama-tokenizer.json");
    JsonNode french = golden("tokenizers/golden/llama_encoded.json");
    try (Tokenizer tokenizer = Tokenizers.open(model, 4096)) {
      checkAll(golden, tokenizer);
      int[] ids = tokenizer.encode(french.path("text").asText()).ids();
      assertThat(ids).isEqualTo(ints(french.path("token_ids")));
      assertThat(tokenizer.decode(ids, SpecialTokens.KEEP))
          .isEqualTo(french.path("decoded_text").asText());
      assertThat(tokenizer.padId()).isEqualTo(2);
      assertThat(tokenizer.join(new int[] {5}, null).firstAt()).isEqualTo(1);
    }
  }

  private static void checkAll(JsonNode golden, Tokenizer tokenizer) {
    assertThat(golden).isNotEmpty();
    for (JsonNode entry : golden) {
      String name = entry.path("name").asText();
      int[] ids = tokenizer.encode(entry.path("text").asText()).ids();
      assertThat(ids).as(name).isEqualTo(ints(entry.path("ids")));
      assertThat(tokenizer.decode(ids, SpecialTokens.KEEP))
          .as(name)
          .isEqualTo(entry.path("decoded").asText());
    }
  }

  @Test
  void smallUnigramModelsGiveTheirKnownIds() throws IOException {
    Path albert = folder("tokenizers/fixtures/spiece.model", "spiece.model");
    try (Tokenizer tokenizer = Tokenizers.open(albert, 64)) {
      assertThat(tokenizer.plain("This is a test").ids())
          .containsExactly(13, 1, 4398, 25, 21, 1289);
      assertThat(tokenizer.plain("I was born in 92000, and this is falsé.").ids())
          .containsExactly(13, 1, 23, 386, 19, 561, 3050, 15, 17, 48, 25, 8256, 18, 1, 9);
    }
    Path botchan = folder("tokenizers/fixtures/test_sentencepiece.model", "spiece.model");
    try (Tokenizer tokenizer = Tokenizers.open(botchan, 64)) {
      int[] ids = tokenizer.plain("This is a test").ids();
      assertThat(tokenizer.decode(ids, SpecialTokens.KEEP)).isEqualTo("This is a test");
      assertThat(tokenizer.join(ids, null).row().ids()).endsWith(2);
    }
  }

  @Test
  void storiesJsonAndItsSentencePieceFileAgree() throws IOException {
    Path source = SharedData.require("models/stories260K-llama");
    Path model = folder("models/stories260K-llama/tokenizer.model", "tokenizer.model");
    for (String file : new String[] {"tokenizer_config.json", "special_tokens_map.json"}) {
      Files.copy(source.resolve(file), model.resolve(file));
    }
    Files.copy(source.resolve("config.json"), model.resolve("config.json"));
    try (Tokenizer ours = Tokenizers.open(model, 512);
        Tokenizer json = Tokenizers.open(source, 512)) {
      Agreement.check(ours, json, NastyTexts.all(200));
      assertThat(ours.encode("Once upon", "a time").ids())
          .isEqualTo(json.encode("Once upon", "a time").ids());
      assertThat(ours.encode("Once upon", "a time").types())
          .isEqualTo(json.encode("Once upon", "a time").types());
      assertThat(ours.padId()).isEqualTo(json.padId()).isEqualTo(2);
      assertThat(ours.beginId()).isEqualTo(json.beginId()).hasValue(1);
    }
  }

  @Test
  void graphemesAreReadAndPhonemesWritten() {
    Path model = SharedData.require("models/g2p-bart-us");
    try (Tokenizer tokenizer = Tokenizers.open(model, 64)) {
      assertThat(tokenizer.encode("Ab").ids()).containsExactly(1, 4, 9, 2);
      assertThat(tokenizer.encode("a7").ids()).startsWith(1).endsWith(3, 2);
      Tokenizer phonemes = tokenizer.target();
      int[] ids = phonemes.encode("hˈæpi").ids();
      assertThat(ids).startsWith(1).endsWith(2).hasSize(7).doesNotContain(3);
      assertThat(phonemes.decode(ids, SpecialTokens.SKIP)).isEqualTo("hˈæpi");
      assertThat(phonemes.fingerprint()).isNotEqualTo(tokenizer.fingerprint());
      tokenizer.requireFits(63);
    }
  }

  @Test
  @Timeout(60)
  void longTextsTakeLinearTime() throws IOException {
    String letters = "a".repeat(300_000);
    Path deberta = folder("tokenizers/deberta-v3/spm.model", "spm.model");
    Path llama = folder("tokenizers/llama2/tokenizer.model", "tokenizer.model");
    for (Path model : List.of(deberta, llama)) {
      try (Tokenizer tokenizer = Tokenizers.open(model, 512)) {
        assertThat(tokenizer.decode(tokenizer.plain(letters).ids(), SpecialTokens.KEEP))
            .isEqualTo(letters);
        assertThat(tokenizer.encode(letters).length()).isEqualTo(512);
      }
    }
  }

  private Path folder(String file, String name) throws IOException {
    Path source = SharedData.require(file);
    Path folder = Files.createTempDirectory(temp, "model");
    Files.copy(source, folder.resolve(name));
    return folder;
  }

  private static JsonNode golden(String file) throws IOException {
    return JSON.readTree(Files.readString(SharedData.require(file)));
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }
}
