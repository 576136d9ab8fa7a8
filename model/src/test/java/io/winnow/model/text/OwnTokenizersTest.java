package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiny models of every form, asked of Hugging Face's library too. */
class OwnTokenizersTest {
  @TempDir Path temp;
  private Path model;

  @BeforeEach
  void makeFolder() throws IOException {
    model = Files.createDirectories(temp.resolve("model"));
  }

  @Test
  void unigramIsSplitAsHuggingFaceSplitsIt() throws IOException {
    byte[] file = SmallModels.unigram(model);
    SentencePieceModel read = SentencePieceModel.read(model.resolve("spm.model"));
    JsonForm form = JsonForm.unigram(read, SentencePieceBytes.charsMap(file));
    List<String> special = List.of("[PAD]", "[CLS]", "[SEP]", "[UNK]");
    special.forEach(token -> form.special(token, special.indexOf(token)));
    form.special("[MASK]", read.pieces().size());
    try (Tokenizer ours = Tokenizers.open(model, 64);
        Tokenizer oracle = form.open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(300));
    }
  }

  @Test
  void unigramGetsTheTemplateOfDeberta() throws IOException {
    SmallModels.unigram(model);
    try (Tokenizer tokenizer = Tokenizers.open(model, 8)) {
      Encoded pair = tokenizer.encode("the", "menu menu menu menu menu");
      assertThat(pair.ids()).hasSize(8).startsWith(1, 5, 2);
      assertThat(pair.types()).containsExactly(0, 0, 0, 1, 1, 1, 1, 1);
      assertThat(pair.truncated()).isTrue();
      Joined joined = tokenizer.join(new int[] {7, 8}, new int[] {9});
      assertThat(joined.row().ids()).containsExactly(1, 7, 8, 2, 9, 2);
      assertThat(joined.firstAt()).isEqualTo(1);
      assertThat(joined.secondAt()).isEqualTo(4);
      assertThat(tokenizer.singleSpecials()).isEqualTo(2);
      assertThat(tokenizer.pairSpecials()).isEqualTo(3);
    }
  }

  @Test
  void composedCharacterHasTheRangeOfAllItsParts() throws IOException {
    SmallModels.unigram(model);
    try (Tokenizer tokenizer = Tokenizers.open(model, 64)) {
      TextTokens tokens = tokenizer.plain("xe\u0301x");
      assertThat(tokens.starts()).containsExactly(0, 0, 1, 3);
      assertThat(tokens.ends()).containsExactly(1, 1, 3, 4);
      assertThat(tokenizer.decode(tokens.ids(), SpecialTokens.SKIP)).isEqualTo("xéx");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void scoredMergesAreThoseOfHuggingFace(boolean legacy) throws IOException {
    Path file = SmallModels.scoredMerges(model);
    SmallModels.settings(model, "{\"legacy\": %s}", legacy);
    JsonForm form =
        JsonForm.scoredMerges(SentencePieceModel.read(file), legacy)
            .special("<unk>", 0)
            .special("<s>", 1)
            .special("</s>", 2);
    try (Tokenizer ours = Tokenizers.open(model, 64);
        Tokenizer oracle = form.open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(300));
      assertThat(ours.encode("the", "menu").ids()).startsWith(1).contains(1);
      assertThat(ours.join(new int[] {9}, new int[] {8}).row().types()).containsExactly(0, 0, 1, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void byteLevelMergesAreThoseOfHuggingFace(boolean prefixSpace) throws IOException {
    SmallModels.byteLevel(model);
    SmallModels.settings(model, "{\"add_prefix_space\": %s}", prefixSpace);
    JsonForm form = JsonForm.byteLevel(model, prefixSpace);
    List<String> special = List.of("<s>", "<pad>", "</s>", "<unk>");
    special.forEach(token -> form.special(token, special.indexOf(token)));
    try (Tokenizer ours = Tokenizers.open(model, 64);
        Tokenizer oracle =
            form.special("<mask>", ours.id("<mask>").getAsInt(), true).open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(300));
      Encoded pair = ours.encode("the menu", "aa");
      assertThat(pair.ids()).isEqualTo(oracle.encode("the menu", "aa").ids());
      assertThat(pair.types()).containsOnly(0);
      assertThat(ours.padId()).isEqualTo(1);
      assertThat(ours.beginId()).hasValue(0);
      assertThat(ours.endId()).hasValue(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void wordPiecesAreThoseOfHuggingFace(boolean lowerCase) throws IOException {
    List<String> tokens = SmallModels.wordPiece(model);
    SmallModels.settings(model, "{\"do_lower_case\": %s}", lowerCase);
    JsonForm form = JsonForm.wordPiece(tokens, lowerCase);
    for (int id = 0; id < 5; id++) {
      form.special(tokens.get(id), id);
    }
    try (Tokenizer ours = Tokenizers.open(model, 64);
        Tokenizer oracle = form.open(temp.resolve("json"))) {
      Agreement.check(ours, oracle, NastyTexts.all(300));
      assertThat(ours.encode("the", "menu").ids()).containsExactly(2, 5, 3, 7, 3);
      assertThat(ours.encode("the", "menu").types()).containsExactly(0, 0, 0, 1, 1);
      assertThat(ours.beginId()).isEmpty();
    }
  }

  @Test
  void charactersAreTheirPlacesInTheAlphabets() throws IOException {
    SmallModels.characters(model);
    try (Tokenizer tokenizer = Tokenizers.open(model, 8)) {
      assertThat(tokenizer.encode("cab").ids()).containsExactly(1, 6, 4, 5, 2);
      assertThat(tokenizer.encode("a_z😀").ids()).containsExactly(1, 4, 3, 3, 3, 2);
      assertThat(tokenizer.plain("😀a").starts()).containsExactly(0, 2);
      assertThat(tokenizer.encode("abcabcabc").length()).isEqualTo(8);
      Tokenizer target = tokenizer.target();
      assertThat(target.encode("ˈkæb").ids()).containsExactly(1, 7, 6, 4, 5, 2);
      assertThat(target.decode(new int[] {1, 7, 6, 4, 5, 2, 0, 99}, SpecialTokens.SKIP))
          .isEqualTo("ˈkæb");
      assertThat(target.target()).isSameAs(target);
    }
  }

  @Test
  void userDefinedPieceIsNeverSplit() throws IOException {
    List<Object[]> pieces =
        List.of(
            new Object[] {"<unk>", 0, 2},
            new Object[] {"▁", -1, 1},
            new Object[] {"a", -2, 1},
            new Object[] {"▁a", -2.5, 1},
            new Object[] {".", 0, 4});
    byte[] file = SentencePieceBytes.write(pieces, 1, false, DartsTrie.charsMap(Map.of(".", "a")));
    Files.write(model.resolve("spiece.model"), file);
    try (Tokenizer tokenizer = Tokenizers.open(model, 64)) {
      assertThat(tokenizer.plain("a.a").ids()).containsExactly(3, 4, 2);
    }
  }

  @Test
  void bytesStandForWhatAUnigramModelLacks() throws IOException {
    SmallModels.scoredMerges(model);
    byte[] file = Files.readAllBytes(model.resolve("tokenizer.model"));
    List<Object[]> pieces =
        SentencePieceModel.read(model.resolve("tokenizer.model")).pieces().stream()
            .map(p -> new Object[] {p.text(), p.score() - 1, p.kind().ordinal() + 1})
            .toList();
    assertThat(file).isNotEmpty();
    Files.write(
        model.resolve("tokenizer.model"), SentencePieceBytes.write(pieces, 1, true, new byte[0]));
    try (Tokenizer tokenizer = Tokenizers.open(model, 64)) {
      TextTokens tokens = tokenizer.plain("the 🦙");
      assertThat(tokens.ids()).endsWith(3 + 0xF0, 3 + 0x9F, 3 + 0xA6, 3 + 0x99);
      assertThat(tokens.starts()).endsWith(4, 4, 4, 4);
      assertThat(tokens.ends()).endsWith(6, 6, 6, 6);
      assertThat(tokenizer.decode(tokens.ids(), SpecialTokens.KEEP)).isEqualTo("the 🦙");
    }
  }

  @Test
  void bytePieceWrittenInTextIsText() throws IOException {
    SmallModels.scoredMerges(model);
    try (Tokenizer tokenizer = Tokenizers.open(model, 64)) {
      int[] ids = tokenizer.plain("<0x41>").ids();
      assertThat(ids).hasSize(7);
      assertThat(tokenizer.decode(ids, SpecialTokens.KEEP)).isEqualTo("<0x41>");
    }
  }

  @Test
  void fingerprintFollowsFilesAndSettings() throws IOException {
    SmallModels.scoredMerges(model);
    String plain = fingerprint();
    SmallModels.settings(model, "{\"legacy\": %s}", false);
    String settings = fingerprint();
    SmallModels.unigram(model);
    assertThat(fingerprint()).isNotEqualTo(settings);
    assertThat(settings).isNotEqualTo(plain).hasSize(64);
  }

  private String fingerprint() {
    try (Tokenizer tokenizer = Tokenizers.open(model, 64)) {
      return tokenizer.fingerprint();
    }
  }
}
