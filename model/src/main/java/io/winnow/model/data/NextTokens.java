package io.winnow.model.data;

import io.winnow.model.text.Joined;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts as rows in which every token has the one after it as its target. */
public final class NextTokens {
  private NextTokens() {}

  /**
   * Pairs for a model with encoder and decoder: the encoder reads the source, the decoder the
   * target shifted right behind {@code decoderStart}, and each of its tokens has the one after as
   * target.
   *
   * @param maxTarget tokens of a target, special tokens included
   */
  public record PairEncoding(Tokenizer tokenizer, int maxTarget, int decoderStart) {}

  /** The pairs of a file. */
  public static EncodedDataset pairs(TextPairs data, PairEncoding encoding) {
    List<EncodedRow> rows = new ArrayList<>();
    List<int[]> next = new ArrayList<>();
    int truncated = 0;
    Tokenizer target = encoding.tokenizer().target();
    for (TextPair pair : data.pairs()) {
      var source = encoding.tokenizer().encode(pair.source());
      int[] plain = target.plain(pair.target()).ids();
      int room = Math.max(1, encoding.maxTarget() - target.singleSpecials());
      int[] cut = plain.length > room ? Arrays.copyOf(plain, room) : plain;
      truncated += source.truncated() || cut.length < plain.length ? 1 : 0;
      int[] labels = target.join(cut, null).row().ids();
      rows.add(new EncodedRow(source.ids(), null, shifted(labels, encoding.decoderStart())));
      next.add(labels);
    }
    var padding = new EncodedDataset.Padding(encoding.tokenizer().padId(), target.padId());
    return new EncodedDataset(rows, new RowTargets.PerToken(next), padding, truncated);
  }

  private static int[] shifted(int[] labels, int first) {
    int[] shifted = new int[labels.length];
    shifted[0] = first;
    System.arraycopy(labels, 0, shifted, 1, labels.length - 1);
    return shifted;
  }

  /**
   * Documents one after the other, cut into rows of {@code maxLength} tokens without regard to
   * where they end, as run_clm.py does; each document has the special tokens that the tokenizer
   * puts around a text. The rest behind the last full row is a row of its own.
   */
  public static EncodedDataset blocks(List<String> documents, Tokenizer tokenizer, int maxLength) {
    IntList all = new IntList();
    for (String document : documents) {
      Joined joined = tokenizer.join(tokenizer.plain(document).ids(), null);
      all.add(joined.row().ids());
    }
    List<EncodedRow> rows = new ArrayList<>();
    List<int[]> next = new ArrayList<>();
    for (int from = 0; from + 1 < all.size(); from += maxLength) {
      int[] ids = all.range(from, Math.min(all.size(), from + maxLength));
      rows.add(new EncodedRow(ids, null, null));
      next.add(following(ids));
    }
    return of(rows, next, tokenizer);
  }

  /** A token's target is the token after it; the last has none. */
  private static int[] following(int[] ids) {
    int[] next = new int[ids.length];
    Arrays.setAll(next, i -> i + 1 < ids.length ? ids[i + 1] : -1);
    return next;
  }

  static EncodedDataset of(List<EncodedRow> rows, List<int[]> next, Tokenizer tokenizer) {
    var padding = new EncodedDataset.Padding(tokenizer.padId(), tokenizer.padId());
    return new EncodedDataset(rows, new RowTargets.PerToken(next), padding, 0);
  }

  /** A growing array of ids. */
  static final class IntList {
    private int[] values = new int[1024];
    private int size;

    void add(int[] more) {
      if (size + more.length > values.length) {
        values = Arrays.copyOf(values, Math.max(2 * values.length, size + more.length));
      }
      System.arraycopy(more, 0, values, size, more.length);
      size += more.length;
    }

    int size() {
      return size;
    }

    int[] range(int from, int to) {
      return Arrays.copyOfRange(values, from, to);
    }
  }
}
