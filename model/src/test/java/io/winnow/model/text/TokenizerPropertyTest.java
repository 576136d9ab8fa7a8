package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What holds for any text. */
class TokenizerPropertyTest {
  private static Path root;
  private static Tokenizer unigram;
  private static Tokenizer scored;
  private static Tokenizer byteLevel;
  private static Tokenizer wordPiece;

  @BeforeContainer
  static void open() throws IOException {
    root = Files.createTempDirectory("tokenizers");
    Path folder = Files.createDirectory(root.resolve("unigram"));
    SmallModels.unigram(folder);
    unigram = Tokenizers.open(folder, 32);
    folder = Files.createDirectory(root.resolve("scored"));
    SmallModels.scoredMerges(folder);
    scored = Tokenizers.open(folder, 32);
    folder = Files.createDirectory(root.resolve("bytes"));
    SmallModels.byteLevel(folder);
    byteLevel = Tokenizers.open(folder, 32);
    folder = Files.createDirectory(root.resolve("words"));
    SmallModels.wordPiece(folder);
    wordPiece = Tokenizers.open(folder, 32);
  }

  @AfterContainer
  static void delete() throws IOException {
    try (var files = Files.walk(root)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<String> any = Arbitraries.strings().all().ofMaxLength(40);
    Arbitrary<String> near =
        Arbitraries.strings().withChars("themnugias T12.\n\t'é中½…ﬁ").ofMaxLength(60);
    return Arbitraries.oneOf(any, near)
        .map(Characters::wellFormed)
        .filter(text -> !text.contains("<") && !text.contains("▁"));
  }

  @Property(tries = 300)
  void mergesGiveTheTextBack(@ForAll("texts") String text) {
    for (Tokenizer tokenizer : new Tokenizer[] {scored, byteLevel}) {
      int[] ids = tokenizer.plain(text).ids();
      for (SpecialTokens how : SpecialTokens.values()) {
        assertThat(tokenizer.decode(ids, how)).isEqualTo(text);
      }
    }
  }

  @Property(tries = 300)
  void offsetsRiseAndStayInTheText(@ForAll("texts") String text) {
    for (Tokenizer tokenizer : new Tokenizer[] {unigram, scored, byteLevel, wordPiece}) {
      TextTokens tokens = tokenizer.plain(text);
      assertThat(tokens.starts()).isSorted();
      assertThat(tokens.ends()).isSorted();
      for (int i = 0; i < tokens.length(); i++) {
        assertThat(tokens.starts()[i]).isBetween(0, tokens.ends()[i]);
        assertThat(tokens.ends()[i]).isLessThanOrEqualTo(text.length());
      }
    }
  }

  @Property(tries = 200)
  void decodedUnigramTextEncodesToTheSameTokens(@ForAll("texts") String text) {
    int[] ids = unigram.plain(text).ids();
    boolean known = Arrays.stream(ids).noneMatch(id -> id == 3);
    if (known) {
      String decoded = unigram.decode(ids, SpecialTokens.KEEP);
      assertThat(unigram.plain(decoded).ids()).isEqualTo(ids);
    }
  }

  @Property(tries = 200)
  void rowIsNeverTooLong(@ForAll("texts") String first, @ForAll("texts") String second) {
    for (Tokenizer tokenizer : new Tokenizer[] {unigram, scored, byteLevel, wordPiece}) {
      Encoded row = tokenizer.encode(first, second);
      int whole =
          tokenizer.plain(first).length()
              + tokenizer.plain(second).length()
              + tokenizer.pairSpecials();
      assertThat(row.length()).isEqualTo(Math.min(32, whole));
      assertThat(row.truncated()).isEqualTo(whole > 32);
    }
  }
}
