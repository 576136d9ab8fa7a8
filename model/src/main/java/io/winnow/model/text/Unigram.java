package io.winnow.model.text;

import io.winnow.model.text.SentencePieceModel.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * SentencePiece Unigram: of all ways to write a word as pieces, the one whose scores (logarithms of
 * probabilities) have the largest sum. A character without a piece costs the lowest score minus 10;
 * neighbours of that kind become one unknown token, or their bytes. A user-defined piece is always
 * taken.
 */
final class Unigram implements Pieces {
  private static final double UNKNOWN_PENALTY = 10;

  private final SentencePieceText normalizer;
  private final PieceTrie trie;
  private final double[] scores;
  private final double unknownScore;
  private final int unknown;
  private final int[] byteIds;

  /** What becomes of characters without a piece. */
  enum Fallback {
    UNKNOWN,
    BYTES
  }

  Unigram(SentencePieceModel model, SentencePieceText normalizer, Fallback fallback) {
    this.normalizer = normalizer;
    List<SentencePieceModel.Piece> pieces = model.pieces();
    trie = model.trie(Kind.NORMAL);
    scores = new double[pieces.size()];
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    for (int id = 0; id < scores.length; id++) {
      scores[id] = pieces.get(id).score();
      if (pieces.get(id).kind() == Kind.NORMAL) {
        lowest = Math.min(lowest, scores[id]);
        highest = Math.max(highest, scores[id]);
      }
    }
    for (int id = 0; id < scores.length; id++) {
      String text = pieces.get(id).text();
      if (pieces.get(id).kind() == Kind.USER_DEFINED && !text.isEmpty()) {
        scores[id] = text.codePointCount(0, text.length()) * highest - 0.1;
        trie.add(text, id);
      }
    }
    unknownScore = lowest - UNKNOWN_PENALTY;
    unknown = model.trainer().unknown();
    byteIds = fallback == Fallback.BYTES ? model.byteIds() : new int[0];
  }

  @Override
  public void split(String text, int from, int to, TokenBuffer out) {
    AlignedText normal = normalizer.normalize(text, from, to);
    Lattice lattice = new Lattice();
    for (int start = 0; start < normal.length(); ) {
      int end = start + 1;
      while (end < normal.length() && normal.charAt(end) != SentencePieceText.SPACE) {
        end++;
      }
      lattice.best(normal, start, end, out);
      start = end;
    }
  }

  @Override
  public String text(List<String> tokens) {
    List<String> words = new ArrayList<>(tokens.size());
    for (String token : tokens) {
      String space = words.isEmpty() && normalizer.prefixes() ? "" : " ";
      words.add(token.replace(String.valueOf(SentencePieceText.SPACE), space));
    }
    return byteIds.length == 0 ? String.join("", words) : ByteText.join(words);
  }

  /** The best way to every unit of a word; its arrays serve all words of one text. */
  private final class Lattice {
    private double[] best = new double[64];
    private int[] from = new int[64];
    private int[] id = new int[64];

    void best(AlignedText text, int start, int end, TokenBuffer out) {
      int length = end - start;
      if (best.length <= length) {
        best = new double[2 * length];
        from = new int[2 * length];
        id = new int[2 * length];
      }
      Arrays.fill(best, 0, length + 1, Double.NEGATIVE_INFINITY);
      best[0] = 0;
      for (int at = 0; at < length; ) {
        int next = text.characterEnd(start + at) - start;
        if (!extend(text, start, at, end)) {
          offer(next, best[at] + unknownScore, at, unknown);
        }
        at = next;
      }
      write(text, start, length, out);
    }

    /** Offers every piece that begins here; returns whether one is of a single character. */
    private boolean extend(AlignedText text, int start, int at, int end) {
      int single = text.characterEnd(start + at);
      boolean found = false;
      int node = PieceTrie.ROOT;
      for (int i = start + at; i < end; i++) {
        node = trie.step(node, text.charAt(i));
        if (node < 0) {
          break;
        }
        int piece = trie.id(node);
        if (piece >= 0) {
          offer(i + 1 - start, best[at] + scores[piece], at, piece);
          found |= i + 1 == single;
        }
      }
      return found;
    }

    private void offer(int to, double score, int at, int piece) {
      if (score > best[to]) {
        best[to] = score;
        from[to] = at;
        id[to] = piece;
      }
    }

    /** Turns the chain of the best way round, and writes it; unknown neighbours are one. */
    private void write(AlignedText text, int start, int length, TokenBuffer out) {
      int next = -1;
      for (int at = length; at > 0; ) {
        int before = from[at];
        from[at] = next;
        next = at;
        at = before;
      }
      int begin = 0;
      for (int at = next; at > 0; ) {
        int after = from[at];
        while (id[at] == unknown && after > 0 && id[after] == unknown) {
          at = after;
          after = from[at];
        }
        if (id[at] == unknown && byteIds.length > 0) {
          ByteFallback.write(text, start + begin, start + at, byteIds, out);
        } else {
          out.add(id[at], text.start(start + begin), text.end(start + at - 1));
        }
        begin = at;
        at = after;
      }
    }
  }
}
