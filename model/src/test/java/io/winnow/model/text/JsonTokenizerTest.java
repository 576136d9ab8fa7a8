package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTokenizerTest {
  private static final Path MODEL = Path.of("../conf/quickstart/model");
  @TempDir Path temp;

  @Test
  void oneTextGetsClsAndSep() {
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      Encoded encoded = tokenizer.encode("the menu does not work badly .");
      assertThat(encoded.ids()).startsWith(1).endsWith(2).hasSizeGreaterThan(5);
      assertThat(encoded.types()).containsOnly(0).hasSameSizeAs(encoded.ids());
      assertThat(encoded.attention()).containsOnly(1).hasSameSizeAs(encoded.ids());
      assertThat(encoded.truncated()).isFalse();
      assertThat(tokenizer.encode("THE menu").ids()).isEqualTo(tokenizer.encode("the menu").ids());
    }
  }

  @Test
  void pairHasTypesAndThreeSpecialTokens() {
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      Encoded pair = tokenizer.encode("the menu", "the lid");
      int first = tokenizer.encode("the menu").length();
      int second = tokenizer.encode("the lid").length();
      assertThat(pair.length()).isEqualTo(first + second - 1);
      assertThat(pair.types()[first - 1]).isZero();
      assertThat(pair.types()[first]).isEqualTo(1);
    }
  }

  @Test
  void longPairIsCutAtItsLongerText() {
    String shorter = "the lid";
    try (Tokenizer wide = JsonTokenizer.open(MODEL, 64);
        Tokenizer narrow = JsonTokenizer.open(MODEL, 12)) {
      int kept = wide.encode(shorter).length() - 2;
      Encoded encoded = narrow.encode("the menu does not work badly and the lid is dull", shorter);
      assertThat(encoded.length()).isEqualTo(12);
      assertThat(encoded.truncated()).isTrue();
      assertThat(Arrays.stream(encoded.types()).sum()).isEqualTo(kept + 1);
    }
  }

  @Test
  void tokensAreKnownById() {
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      assertThat(tokenizer.padId()).isZero();
      assertThat(tokenizer.vocabularySize()).isEqualTo(1149);
      assertThat(tokenizer.specialIds()).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
      assertThat(tokenizer.id("[SEP]")).hasValue(2);
      assertThat(tokenizer.id("no such token")).isEmpty();
      assertThat(tokenizer.fingerprint()).hasSize(64);
    }
  }

  @Test
  void anyTextEncodes() {
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      assertThat(tokenizer.encode("").ids()).containsExactly(1, 2);
      assertThat(tokenizer.encode("\u0000 \ud83d\ude00 \u5b57").ids()).startsWith(1).endsWith(2);
      assertThat(tokenizer.encode("broken \ud83d surrogate").ids()).startsWith(1).endsWith(2);
    }
  }

  @Test
  void tokenizerOfALargerVocabularyIsRefusedWithBothNumbers() {
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      tokenizer.requireFits(1149);
      assertThatThrownBy(() -> tokenizer.requireFits(1148))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("1148, the model's vocab_size is 1148");
    }
  }

  @Test
  void lengthWithoutRoomForTextIsRefused() {
    assertThatThrownBy(() -> JsonTokenizer.open(MODEL, 3))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("no room for text");
  }

  @Test
  void plainTokensAreUncutAndKnowTheirRanges() {
    String text = "the menu \ud83d\ude00 does not work badly and the lid is dull".repeat(3);
    try (Tokenizer wide = JsonTokenizer.open(MODEL, 512);
        Tokenizer narrow = JsonTokenizer.open(MODEL, 8)) {
      TextTokens tokens = narrow.plain(text);
      int[] row = wide.encode(text).ids();
      assertThat(tokens.ids()).isEqualTo(Arrays.copyOfRange(row, 1, row.length - 1));
      assertThat(tokens.ids()).hasSizeGreaterThan(8);
      assertThat(text.substring(tokens.starts()[0], tokens.ends()[0])).isEqualTo("the");
      assertThat(tokens.starts()).isSorted();
      int last = tokens.length() - 1;
      assertThat(tokens.ends()[last]).isEqualTo(text.length());
      assertThat(text.substring(tokens.starts()[last], text.length())).isEqualTo(" dull");
    }
  }

  @Test
  void joinedRowIsWhatEncodingGives() {
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      int[] first = tokenizer.plain("the menu").ids();
      int[] second = tokenizer.plain("the lid is dull").ids();
      Joined joined = tokenizer.join(first, second);
      Encoded encoded = tokenizer.encode("the menu", "the lid is dull");
      assertThat(joined.row().ids()).isEqualTo(encoded.ids());
      assertThat(joined.row().types()).isEqualTo(encoded.types());
      assertThat(joined.firstAt()).isEqualTo(1);
      assertThat(joined.secondAt()).isEqualTo(first.length + 2);
      assertThat(tokenizer.join(first, null).secondAt()).isEqualTo(-1);
      assertThat(tokenizer.singleSpecials()).isEqualTo(2);
      assertThat(tokenizer.pairSpecials()).isEqualTo(3);
    }
  }

  @Test
  void decodedTextReadsAsTheEncodedOne() {
    String text = "the menu does not work badly .";
    try (Tokenizer tokenizer = JsonTokenizer.open(MODEL, 64)) {
      int[] ids = tokenizer.encode(text).ids();
      String decoded = tokenizer.decode(ids, SpecialTokens.SKIP);
      assertThat(decoded.strip()).isEqualTo(text);
      assertThat(tokenizer.decode(ids, SpecialTokens.KEEP)).startsWith("[CLS]").endsWith("[SEP]");
      assertThat(tokenizer.plain(decoded.strip()).ids()).isEqualTo(tokenizer.plain(text).ids());
    }
  }

  @Test
  void rolesComeFromTheFolder() {
    try (Tokenizer tokenizer = Tokenizers.open(MODEL, 64)) {
      assertThat(tokenizer).isInstanceOf(JsonTokenizer.class);
      assertThat(tokenizer.beginId()).hasValue(1);
      assertThat(tokenizer.endId()).hasValue(2);
      assertThat(tokenizer.target()).isSameAs(tokenizer);
    }
  }

  @Test
  void missingPaddingFallsBackToConfigThenEnd() throws IOException {
    Files.copy(MODEL.resolve("tokenizer.json"), temp.resolve("tokenizer.json"));
    assertThat(pad()).isZero();
    Files.writeString(temp.resolve("config.json"), "{\"eos_token_id\": [7, 8]}");
    assertThat(pad()).isEqualTo(7);
    Files.writeString(temp.resolve("config.json"), "{\"eos_token_id\": 7, \"pad_token_id\": 5}");
    assertThat(pad()).isEqualTo(5);
    Files.writeString(temp.resolve("special_tokens_map.json"), "{\"pad_token\": \"[MASK]\"}");
    assertThat(pad()).isEqualTo(4);
  }

  private int pad() {
    try (Tokenizer tokenizer = Tokenizers.open(temp, 64)) {
      return tokenizer.padId();
    }
  }

  @Test
  void damagedFileIsNamed() throws IOException {
    Path file = temp.resolve("tokenizer.json");
    Files.writeString(file, "{\"model\": ");
    assertThatThrownBy(() -> JsonTokenizer.open(temp, 64))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("tokenizer.json, line 1: not valid JSON");
    Files.writeString(file, "{\"model\":{\"type\":\"X\",\"vocab\":{\"a\":0}}}");
    assertThatThrownBy(() -> JsonTokenizer.open(temp, 64))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("tokenizer.json");
  }
}
