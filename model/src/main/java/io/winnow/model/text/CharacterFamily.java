package io.winnow.model.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Tokenizers of single characters, whose alphabets stand in config.json: grapheme_chars is what the
 * model reads, phoneme_chars what it writes. A character's id is its place; the first four places
 * are padding 0, begin 1, end 2 and unknown 3, and never characters.
 */
final class CharacterFamily {
  private static final List<String> SPECIAL = List.of("<pad>", "<s>", "</s>", "<unk>");
  private static final int BEGIN = 1;
  private static final int END = 2;
  private static final int UNKNOWN = 3;

  private final TokenSettings settings;

  CharacterFamily(TokenSettings settings) {
    this.settings = settings;
  }

  Tokenizer open(int maxLength) {
    PieceTokenizer target = new PieceTokenizer(parts("phoneme_chars"), maxLength);
    return new PieceTokenizer(parts("grapheme_chars"), maxLength, target);
  }

  private PieceTokenizer.Parts parts(String key) {
    String alphabet = settings.model().path(key).asText();
    int[] characters = alphabet.codePoints().toArray();
    List<String> tokens = new ArrayList<>(SPECIAL);
    for (int id = SPECIAL.size(); id < characters.length; id++) {
      tokens.add(Character.toString(characters[id]));
    }
    int pad = settings.modelId("pad_token_id").orElse(0);
    return new PieceTokenizer.Parts(
        new CharacterPieces(characters, SPECIAL.size(), UNKNOWN),
        Vocabulary.of(tokens),
        special(),
        Template.parse("begin $A end", "begin $A end $B end", Map.of("begin", BEGIN, "end", END)),
        new Roles(OptionalInt.of(BEGIN), OptionalInt.of(END), pad),
        false,
        List.<Path>of(),
        key + " " + alphabet);
  }

  private static List<AddedToken> special() {
    return IntStream.range(0, SPECIAL.size())
        .mapToObj(id -> AddedToken.special(SPECIAL.get(id), id))
        .toList();
  }
}
