package io.winnow.model.text;

import java.nio.file.Path;
import java.util.Optional;

/** Puts a tokenizer together from the files of a model folder that has no tokenizer.json. */
final class PieceTokenizerFolder {
  private final TokenSettings settings;
  private final Path folder;

  PieceTokenizerFolder(TokenSettings settings) {
    this.settings = settings;
    this.folder = settings.folder();
  }

  Tokenizer open(int maxLength) {
    Optional<Path> sentencePiece = Tokenizers.sentencePiece(folder);
    if (sentencePiece.isPresent()) {
      SentencePieceModel model = SentencePieceModel.read(sentencePiece.get());
      return new PieceTokenizer(new SentencePieceFamily(settings, model).parts(), maxLength);
    }
    if (Tokenizers.has(folder, "vocab.json") && Tokenizers.has(folder, "merges.txt")) {
      return new PieceTokenizer(new ByteLevelFamily(settings).parts(), maxLength);
    }
    if (settings.model().path("grapheme_chars").isTextual()
        && settings.model().path("phoneme_chars").isTextual()) {
      return new CharacterFamily(settings).open(maxLength);
    }
    if (Tokenizers.has(folder, "vocab.txt")) {
      return new PieceTokenizer(new WordPieceFamily(settings).parts(), maxLength);
    }
    throw Tokenizers.missing(folder);
  }
}
