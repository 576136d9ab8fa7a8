package io.winnow.model.text;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tokenizers of a vocab.txt: BERT's WordPiece, {@code [CLS] A [SEP] B [SEP]}. */
final class WordPieceFamily {
  private static final Map<String, String> BERT =
      Map.of(
          "unk_token", "[UNK]",
          "sep_token", "[SEP]",
          "pad_token", "[PAD]",
          "cls_token", "[CLS]",
          "mask_token", "[MASK]");

  private final Path file;
  private final TokenSettings settings;
  private final Vocabulary vocabulary;

  WordPieceFamily(TokenSettings given) {
    file = given.folder().resolve("vocab.txt");
    try {
      vocabulary = Vocabulary.of(Files.readAllLines(file));
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    Map<String, String> known = new HashMap<>(BERT);
    known.values().removeIf(token -> vocabulary.id(token) < 0);
    settings = given.withDefaults(known);
  }

  PieceTokenizer.Parts parts() {
    WordPiece.Casing casing =
        settings.flag("do_lower_case", true) ? WordPiece.Casing.UNCASED : WordPiece.Casing.CASED;
    List<AddedToken> added = settings.addedTokens(vocabulary);
    return new PieceTokenizer.Parts(
        new WordPiece(vocabulary, required("unk_token"), casing),
        vocabulary,
        added,
        Template.parse(
            "cls $A sep",
            "cls $A sep $B:1 sep:1",
            Map.of("cls", required("cls_token"), "sep", required("sep_token"))),
        Roles.of(settings, vocabulary.with(added)::id),
        settings.cleansSpaces(),
        List.of(file),
        casing.toString());
  }

  private int required(String role) {
    String named = settings.token(role);
    int id = settings.id(role, vocabulary);
    if (id < 0) {
      throw UserProblem.failure(
          "%s has no line \"%s\" (%s); copy the model's vocab.txt and tokenizer_config.json again"
              .formatted(file, named == null ? BERT.get(role) : named, role));
    }
    return id;
  }
}
