package io.winnow.model.data;

import io.winnow.model.compute.Fingerprint;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.model.text.Encoded;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The examples of a file as token ids and targets, encoded once. Immutable. */
public final class EncodedDataset {
  private final List<Encoded> examples;
  private final Targets targets;
  private final int padId;
  private final boolean hasTypes;

  private EncodedDataset(List<Encoded> examples, Targets targets, int padId, boolean hasTypes) {
    this.examples = List.copyOf(examples);
    this.targets = targets;
    this.padId = padId;
    this.hasTypes = hasTypes;
  }

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

  /** Number of examples. */
  public int size() {
    return examples.size();
  }

  /** Tokens of an example, special tokens included. */
  public int length(int example) {
    return examples.get(example).length();
  }

  /** Token ids of an example, not to be written. */
  public int[] ids(int example) {
    return examples.get(example).ids();
  }

  /** Targets of all examples in file order, not to be written. */
  public Targets targets() {
    return targets;
  }

  /** Number of examples that were cut to the maximum length. */
  public int truncatedExamples() {
    return (int) examples.stream().filter(Encoded::truncated).count();
  }

  /** SHA-256 over token ids, types and targets in order, in hexadecimal. */
  public String fingerprint() {
    Fingerprint print = new Fingerprint().add((long) size());
    for (Encoded example : examples) {
      print.add(example.ids());
      if (hasTypes) {
        print.add(example.types());
      }
    }
    if (targets instanceof Targets.Classes classes) {
      return print.add("classes").add(classes.labels()).hex();
    }
    float[] values = ((Targets.Values) targets).labels();
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(values[i]));
    return print.add("values").add(bits).hex();
  }

  /** The batch of these examples, in this order, padded on the right to the longest of them. */
  public Batch collate(int[] indices) {
    int length = Arrays.stream(indices).map(this::length).max().orElseThrow();
    int[] ids = new int[indices.length * length];
    int[] mask = new int[ids.length];
    int[] types = hasTypes ? new int[ids.length] : null;
    Arrays.fill(ids, padId);
    for (int row = 0; row < indices.length; row++) {
      Encoded example = examples.get(indices[row]);
      int at = row * length;
      System.arraycopy(example.ids(), 0, ids, at, example.length());
      Arrays.fill(mask, at, at + example.length(), 1);
      if (types != null) {
        System.arraycopy(example.types(), 0, types, at, example.length());
      }
    }
    return new Batch(indices.length, length, ids, mask, types, select(targets, indices));
  }

  private static EncodedDataset encode(Dataset data, Encoding encoding, Targets targets) {
    List<Encoded> examples = new ArrayList<>(data.size());
    for (Example example : data.examples()) {
      examples.add(encoding.tokenizer().encode(example.text(), example.pair()));
    }
    return new EncodedDataset(examples, targets, encoding.tokenizer().padId(), encoding.hasTypes());
  }

  private static Targets select(Targets targets, int[] indices) {
    if (targets instanceof Targets.Classes classes) {
      return new Targets.Classes(Arrays.stream(indices).map(i -> classes.labels()[i]).toArray());
    }
    float[] values = new float[indices.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((Targets.Values) targets).labels()[indices[i]];
    }
    return new Targets.Values(values);
  }
}
