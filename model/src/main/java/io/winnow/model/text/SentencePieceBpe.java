package io.winnow.model.text;

import io.winnow.model.text.SentencePieceModel.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece BPE (Llama 2): characters are merged to pieces, the piece of the highest score
 * first. A character without a piece becomes the pieces of its bytes, or unknown where the model
 * has none; neighbours that are unknown are one token. User-defined pieces are never split.
 */
final class SentencePieceBpe implements Pieces {
  private final SentencePieceText normalizer;
  private final PieceTrie characters = new PieceTrie(1 << 10);
  private final PieceTrie userDefined;
  private final PairMerges merges = new PairMerges();
  private final int[] byteIds;
  private final int unknown;

  SentencePieceBpe(SentencePieceModel model, SentencePieceText normalizer) {
    this.normalizer = normalizer;
    userDefined = model.trie(Kind.USER_DEFINED);
    byteIds = model.trainer().byteFallback() ? model.byteIds() : new int[0];
    unknown = model.trainer().unknown();
    List<SentencePieceModel.Piece> pieces = model.pieces();
    Vocabulary vocabulary = model.vocabulary();
    int[] ranks = ranks(pieces);
    for (int id = 0; id < pieces.size(); id++) {
      String text = pieces.get(id).text();
      if (pieces.get(id).kind() != Kind.NORMAL || text.isEmpty()) {
        continue;
      }
      if (text.offsetByCodePoints(0, 1) == text.length()) {
        characters.add(text, id);
      }
      for (int cut = text.offsetByCodePoints(0, 1); cut < text.length(); ) {
        addMerge(pieces, vocabulary, new int[] {id, cut, ranks[id]});
        cut = text.offsetByCodePoints(cut, 1);
      }
    }
  }

  /** Adds the merge of a piece from its two parts, {piece, cut, rank}, if both are pieces. */
  private void addMerge(List<SentencePieceModel.Piece> pieces, Vocabulary vocabulary, int[] merge) {
    String text = pieces.get(merge[0]).text();
    int left = vocabulary.id(text.substring(0, merge[1]));
    int right = vocabulary.id(text.substring(merge[1]));
    if (left >= 0
        && right >= 0
        && pieces.get(left).kind() == Kind.NORMAL
        && pieces.get(right).kind() == Kind.NORMAL) {
      merges.add(PairMerges.key(left, right), merge[2], merge[0]);
    }
  }

  /** Ranks by falling score, the same for equal scores. */
  private static int[] ranks(List<SentencePieceModel.Piece> pieces) {
    float[] falling = new float[pieces.size()];
    for (int id = 0; id < falling.length; id++) {
      falling[id] = -pieces.get(id).score();
    }
    float[] sorted = falling.clone();
    Arrays.sort(sorted);
    int[] ranks = new int[falling.length];
    for (int id = 0; id < ranks.length; id++) {
      int at = Arrays.binarySearch(sorted, falling[id]);
      while (at > 0 && sorted[at - 1] == falling[id]) {
        at--;
      }
      ranks[id] = at;
    }
    return ranks;
  }

  @Override
  public void split(String text, int from, int to, TokenBuffer out) {
    AlignedText normal = normalizer.normalize(text, from, to);
    Symbols symbols = new Symbols(normal.length());
    boolean afterUnknown = false;
    for (int at = 0; at < normal.length(); ) {
      int end = SentencePieceText.longest(userDefined, normal, at, normal.length());
      if (end > at) {
        symbols.addFrozen(id(userDefined, normal, at, end), at, end);
        afterUnknown = false;
      } else {
        end = normal.characterEnd(at);
        afterUnknown = addCharacter(normal, at, symbols, afterUnknown);
      }
      at = end;
    }
    merges.apply(symbols);
    symbols.forEach((id, s, e) -> out.add(id, normal.start(s), normal.end(e - 1)));
  }

  /** Adds one character; returns whether it is unknown. */
  private boolean addCharacter(AlignedText text, int at, Symbols symbols, boolean afterUnknown) {
    int end = text.characterEnd(at);
    int id = id(characters, text, at, end);
    if (id >= 0) {
      symbols.add(id, at, end);
      return false;
    }
    if (byteIds.length > 0) {
      TokenBuffer bytes = new TokenBuffer();
      ByteFallback.write(text, at, end, byteIds, bytes);
      for (int piece : bytes.tokens().ids()) {
        symbols.addFrozen(piece, at, end);
      }
      return false;
    }
    if (afterUnknown) {
      symbols.stretchLast(end);
    } else {
      symbols.addFrozen(unknown, at, end);
    }
    return true;
  }

  private static int id(PieceTrie trie, AlignedText text, int from, int to) {
    int node = PieceTrie.ROOT;
    for (int at = from; at < to && node >= 0; at++) {
      node = trie.step(node, text.charAt(at));
    }
    return node < 0 ? -1 : trie.id(node);
  }

  @Override
  public String text(List<String> tokens) {
    List<String> words = new ArrayList<>(tokens.size());
    tokens.forEach(token -> words.add(token.replace(SentencePieceText.SPACE, ' ')));
    String text = ByteText.join(words);
    return normalizer.prefixes() && text.startsWith(" ") ? text.substring(1) : text;
  }
}
