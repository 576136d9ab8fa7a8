package io.winnow.model.data;

import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.Fingerprint;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.model.text.Encoded;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The examples of a file as rows of token ids and targets, encoded once. Immutable. */
public final class EncodedDataset {
  private final List<EncodedRow> rows;
  private final RowTargets targets;
  private final Padding padding;
  private final int truncated;

  EncodedDataset(List<EncodedRow> rows, RowTargets targets, Padding padding, int truncated) {
    this.rows = List.copyOf(rows);
    this.targets = targets;
    this.padding = padding;
    this.truncated = truncated;
  }

  /** The ids that fill short rows, of what is read and of what the decoder reads. */
  record Padding(int id, int decoderId) {}

  /**
   * How texts become rows.
   *
   * @param hasTypes whether the model takes token types (type_vocab_size above 0)
   */
  public record Encoding(Tokenizer tokenizer, boolean hasTypes) {}

  /** Examples with class labels. */
  public static EncodedDataset classification(Dataset data, Encoding encoding, LabelMap labels) {
    int[] classes = new int[data.size()];
    Arrays.setAll(classes, i -> labels.classOf(data, data.examples().get(i)));
    return encode(data, encoding, new Targets.Classes(classes));
  }

  /** Examples with real values. */
  public static EncodedDataset regression(Dataset data, Encoding encoding) {
    float[] values = new float[data.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = LabelMap.valueOf(data, data.examples().get(i));
    }
    return encode(data, encoding, new Targets.Values(values));
  }

  /** Examples to predict: their labels are ignored, every target is class 0. */
  public static EncodedDataset unlabelled(Dataset data, Encoding encoding) {
    return encode(data, encoding, new Targets.Classes(new int[data.size()]));
  }

  private static EncodedDataset encode(Dataset data, Encoding encoding, Targets targets) {
    List<EncodedRow> rows = new ArrayList<>(data.size());
    int truncated = 0;
    for (Example example : data.examples()) {
      Encoded encoded = encoding.tokenizer().encode(example.text(), example.pair());
      truncated += encoded.truncated() ? 1 : 0;
      rows.add(new EncodedRow(encoded.ids(), encoding.hasTypes() ? encoded.types() : null, null));
    }
    var padding = new Padding(encoding.tokenizer().padId(), encoding.tokenizer().padId());
    return new EncodedDataset(rows, new RowTargets.PerRow(targets), padding, truncated);
  }

  /** Number of rows. */
  public int size() {
    return rows.size();
  }

  /** Tokens of a row, special tokens included. */
  public int length(int row) {
    return rows.get(row).length();
  }

  /** Tokens of the longest row. */
  public int longest() {
    return rows.stream().mapToInt(EncodedRow::length).max().orElse(0);
  }

  /** Length of the longest row that a decoder reads; 0 if there is none. */
  public int longestTarget() {
    return rows.stream()
        .mapToInt(row -> row.decoder() == null ? 0 : row.decoder().length)
        .max()
        .orElse(0);
  }

  /** Token ids of a row, not to be written. */
  public int[] ids(int row) {
    return rows.get(row).ids();
  }

  /** Targets of all rows in order, not to be written; token by token ones padded to the longest. */
  public Targets targets() {
    int[] all = new int[size()];
    Arrays.setAll(all, i -> i);
    return targets.of(all, decoded(all));
  }

  /** Number of targets of all rows: what the loss of all of them would be divided by. */
  public long targetCount() {
    return targets.count();
  }

  /** Number of examples that were cut to the maximum length. */
  public int truncatedExamples() {
    return truncated;
  }

  /** SHA-256 over token ids, types and targets in order, in hexadecimal. */
  public String fingerprint() {
    Fingerprint print = new Fingerprint().add((long) size());
    for (EncodedRow row : rows) {
      print.add(row.ids());
      if (row.types() != null) {
        print.add(row.types());
      }
      if (row.decoder() != null) {
        print.add(row.decoder());
      }
    }
    targets.addTo(print);
    return print.hex();
  }

  /** The batch of these rows, in this order, padded on the right to the longest of them. */
  public Batch collate(int[] indices) {
    int length = Arrays.stream(indices).map(this::length).max().orElseThrow();
    int[] ids = new int[indices.length * length];
    int[] mask = new int[ids.length];
    int[] types = rows.get(indices[0]).types() == null ? null : new int[ids.length];
    Arrays.fill(ids, padding.id());
    for (int i = 0; i < indices.length; i++) {
      EncodedRow row = rows.get(indices[i]);
      int at = i * length;
      System.arraycopy(row.ids(), 0, ids, at, row.length());
      Arrays.fill(mask, at, at + row.length(), 1);
      if (types != null && row.types() != null) {
        System.arraycopy(row.types(), 0, types, at, row.length());
      }
    }
    Tokens.Side decoder = decoder(indices);
    Targets ofBatch = targets.of(indices, decoder == null ? length : decoder.length());
    return new Batch(indices.length, length, ids, mask, types, decoder, ofBatch);
  }

  /**
   * What the decoder reads. Its padding counts as tokens, as in transformers: it lies behind all
   * that is learned, where no token looks.
   */
  private Tokens.@Nullable Side decoder(int[] indices) {
    if (rows.get(indices[0]).decoder() == null) {
      return null;
    }
    int length = decoded(indices);
    int[] ids = new int[indices.length * length];
    int[] mask = new int[ids.length];
    Arrays.fill(ids, padding.decoderId());
    Arrays.fill(mask, 1);
    for (int i = 0; i < indices.length; i++) {
      int[] row = rows.get(indices[i]).decoder();
      if (row != null) {
        System.arraycopy(row, 0, ids, i * length, row.length);
      }
    }
    return new Tokens.Side(length, ids, mask);
  }

  /** Tokens of the longest row of what the targets belong to. */
  private int decoded(int[] indices) {
    int longest = 0;
    for (int index : indices) {
      EncodedRow row = rows.get(index);
      longest = Math.max(longest, row.decoder() == null ? row.length() : row.decoder().length);
    }
    return longest;
  }
}
