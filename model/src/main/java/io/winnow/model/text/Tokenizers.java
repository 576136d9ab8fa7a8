package io.winnow.model.text;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Opens the tokenizer of a model folder, in whichever form the folder has it. */
public final class Tokenizers {
  private static final List<String> SENTENCE_PIECE =
      List.of("spm.model", "spiece.model", "tokenizer.model");
  private static final List<String> SEEN =
      List.of(
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "sentencepiece.bpe.model",
          "source.spm",
          "tiktoken.model",
          "tekken.json",
          "original/tokenizer.model");

  private Tokenizers() {}

  /**
   * Opens the tokenizer of a model folder. The first of these forms that is there decides:
   * tokenizer.json; a SentencePiece file (spm.model, spiece.model, tokenizer.model); vocab.json
   * with merges.txt; grapheme_chars and phoneme_chars in config.json; vocab.txt.
   *
   * @param maxLength tokens that an encoded text has at most, special tokens included
   */
  public static Tokenizer open(Path modelFolder, int maxLength) {
    if (has(modelFolder, TokenizerFile.NAME)) {
      return JsonTokenizer.open(modelFolder, maxLength);
    }
    return new PieceTokenizerFolder(TokenSettings.read(modelFolder)).open(maxLength);
  }

  /** The SentencePiece file of a folder. */
  static Optional<Path> sentencePiece(Path folder) {
    return SENTENCE_PIECE.stream()
        .filter(name -> has(folder, name))
        .map(folder::resolve)
        .findFirst();
  }

  static boolean has(Path folder, String file) {
    return Files.isRegularFile(folder.resolve(file));
  }

  /** Refuses a maximum length that special tokens alone would fill. */
  static void requireRoom(Tokenizer tokenizer) {
    if (tokenizer.maxLength() <= tokenizer.pairSpecials()) {
      throw UserProblem.usage(
          "a maximum length of %d tokens leaves no room for text: the special tokens of a pair take %d"
              .formatted(tokenizer.maxLength(), tokenizer.pairSpecials()));
    }
  }

  /** The problem of a folder without a tokenizer that can be read: what is there, what could be. */
  static UserProblem missing(Path folder) {
    List<String> found = SEEN.stream().filter(name -> has(folder, name)).toList();
    return UserProblem.failure(
        "%s has no tokenizer that Winnow reads%s. It reads tokenizer.json; spm.model, spiece.model or"
                .formatted(
                    folder,
                    found.isEmpty() ? "" : "; it has " + String.join(", ", found) + " alone")
            + " tokenizer.model (SentencePiece); vocab.json with merges.txt; vocab.txt. Copy the one"
            + " of the model that the weights are of");
  }
}
