package io.winnow.model.data;

import io.winnow.model.text.ChatTokens;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Instruction examples as rows: every token of an answer is learned from those before it, nothing
 * else is. Rows are cut on the right to the maximum length.
 */
public final class InstructionRows {
  private final int maxLength;
  private final List<EncodedRow> rows = new ArrayList<>();
  private final List<int[]> next = new ArrayList<>();
  private int truncated;

  private InstructionRows(int maxLength) {
    this.maxLength = maxLength;
  }

  /** Whether short examples share a row. */
  public enum Packing {
    NONE,
    /** As many as fit, in file order; the later ones of a row see the earlier ones. */
    PACKED
  }

  /** The examples of a file. */
  public static EncodedDataset of(
      Instructions data, InstructionText text, Tokenizer tokenizer, Shape shape) {
    var builder = new InstructionRows(shape.maxLength());
    for (InstructionExample example : data.examples()) {
      builder.add(text.tokens(example), shape.packing());
    }
    var padding = new EncodedDataset.Padding(tokenizer.padId(), tokenizer.padId());
    return new EncodedDataset(
        builder.rows, new RowTargets.PerToken(builder.next), padding, builder.truncated);
  }

  /** Tokens of a row at most, and whether rows are shared. */
  public record Shape(int maxLength, Packing packing) {}

  private void add(ChatTokens tokens, Packing packing) {
    truncated += tokens.ids().length > maxLength ? 1 : 0;
    int length = Math.min(maxLength, tokens.ids().length);
    int[] ids = Arrays.copyOf(tokens.ids(), length);
    int[] targets = new int[length];
    for (int t = 0; t < length; t++) {
      boolean learned = t + 1 < length && tokens.answers()[t + 1];
      targets[t] = learned ? ids[t + 1] : -1;
    }
    int last = rows.size() - 1;
    boolean fits =
        packing == Packing.PACKED && last >= 0 && rows.get(last).length() + length <= maxLength;
    if (fits) {
      rows.set(last, new EncodedRow(concat(rows.get(last).ids(), ids), null, null));
      next.set(last, concat(next.get(last), targets));
    } else {
      rows.add(new EncodedRow(ids, null, null));
      next.add(targets);
    }
  }

  private static int[] concat(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
