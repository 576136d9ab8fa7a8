package io.winnow.model.text;

/** Hugging Face's clean_up_tokenization: no space before punctuation and English contractions. */
final class SpaceCleanup {
  private SpaceCleanup() {}

  static String apply(String text) {
    return text.replace(" .", ".")
        .replace(" ?", "?")
        .replace(" !", "!")
        .replace(" ,", ",")
        .replace(" ' ", "'")
        .replace(" n't", "n't")
        .replace(" 'm", "'m")
        .replace(" 's", "'s")
        .replace(" 've", "'ve")
        .replace(" 're", "'re");
  }
}
