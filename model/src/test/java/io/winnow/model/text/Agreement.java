package io.winnow.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;

/** Checks that two tokenizers say the same of a text. */
final class Agreement {
  private Agreement() {}

  /** Same ids, offsets, and decoded text. */
  static void check(Tokenizer ours, Tokenizer oracle, List<String> texts) {
    for (String text : texts) {
      checkIds(ours, oracle, text);
      TextTokens own = ours.plain(text);
      TextTokens theirs = oracle.plain(text);
      assertThat(own.starts()).as(where(text, own)).isEqualTo(theirs.starts());
      assertThat(own.ends()).as(where(text, own)).isEqualTo(theirs.ends());
    }
  }

  /** Same ids and decoded text. */
  static void checkIds(Tokenizer ours, Tokenizer oracle, String text) {
    TextTokens own = ours.plain(text);
    assertThat(own.ids()).as(where(text, own)).isEqualTo(oracle.plain(text).ids());
    for (SpecialTokens how : SpecialTokens.values()) {
      assertThat(ours.decode(own.ids(), how))
          .as(where(text, own))
          .isEqualTo(oracle.decode(own.ids(), how));
    }
  }

  private static String where(String text, TextTokens tokens) {
    StringBuilder escaped = new StringBuilder();
    text.chars()
        .forEach(
            c ->
                escaped.append(
                    c < 0x20 || c > 0x7e ? "\\u%04x".formatted(c) : String.valueOf((char) c)));
    return escaped + " " + Arrays.toString(tokens.ids());
  }
}
