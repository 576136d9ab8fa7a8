package io.winnow.actors.plan;

import io.winnow.model.text.Tokenizer;
import io.winnow.model.text.Tokenizers;

/** Opens a model's tokenizer and refuses one that the model cannot read. */
final class ModelTokenizer {
  private ModelTokenizer() {}

  /** The tokenizer of a model folder; texts are cut to so many tokens. */
  static Tokenizer open(ModelFacts model, int maxLength) {
    Tokenizer tokenizer = Tokenizers.open(model.folder(), maxLength);
    try {
      tokenizer.requireFits(model.vocabulary());
    } catch (RuntimeException problem) {
      tokenizer.close();
      throw problem;
    }
    return tokenizer;
  }
}
