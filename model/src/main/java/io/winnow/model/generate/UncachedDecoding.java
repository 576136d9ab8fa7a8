package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.arch.Network;
import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.Matrix;
import io.winnow.model.nn.Pass;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Decoding} that keeps nothing but the tokens: every step is a forward sweep over all of
 * them. Slow, but the same code as in training, so it says what a cache must give. The network
 * stays its owner's.
 */
public final class UncachedDecoding implements Decoding {
  private final Network network;
  private final int longest;
  private @Nullable Tokens read;

  /**
   * Over this network.
   *
   * @param longest positions that a sequence can have at most
   */
  public UncachedDecoding(Network network, int longest) {
    this.network = network;
    this.longest = longest;
  }

  @Override
  public Matrix begin(Tokens tokens) {
    return logits(tokens);
  }

  @Override
  public Matrix next(int[] from, int[] ids) {
    if (read == null) {
      throw new IllegalStateException("next before begin");
    }
    Tokens.Side written = written(read);
    var longer =
        new Tokens.Side(
            written.length() + 1,
            grown(written.ids(), from, ids),
            grown(written.mask(), from, ones(ids.length)));
    if (read.decoder() == null) {
      return logits(new Tokens(from.length, longer.length(), longer.ids(), longer.mask()));
    }
    int[] inputs = chosen(read.ids(), from);
    int[] mask = chosen(read.mask(), from);
    return logits(new Tokens(from.length, read.length(), inputs, mask, null, longer, null));
  }

  @Override
  public int longest() {
    return longest;
  }

  @Override
  public void close() {
    read = null;
  }

  /** Logits behind the last token of each sequence. */
  private Matrix logits(Tokens tokens) {
    read = tokens;
    int length = written(tokens).length();
    int[] outputs = new int[tokens.examples()];
    Arrays.setAll(outputs, i -> (i + 1) * length - 1);
    network.forward(
        new Tokens(
            tokens.examples(),
            tokens.length(),
            tokens.ids(),
            tokens.mask(),
            tokens.types(),
            tokens.decoder(),
            outputs),
        Pass.of(Pass.Mode.EVALUATE, 0));
    return network.logits();
  }

  /** The side that grows. */
  private static Tokens.Side written(Tokens tokens) {
    return tokens.decoder() == null
        ? new Tokens.Side(tokens.length(), tokens.ids(), tokens.mask())
        : tokens.decoder();
  }

  private int[] chosen(int[] values, int[] from) {
    int width = values.length / read.examples();
    int[] rows = new int[from.length * width];
    for (int i = 0; i < from.length; i++) {
      System.arraycopy(values, from[i] * width, rows, i * width, width);
    }
    return rows;
  }

  /** The chosen rows, each with one more value. */
  private int[] grown(int[] values, int[] from, int[] more) {
    int width = values.length / read.examples();
    int[] rows = new int[from.length * (width + 1)];
    for (int i = 0; i < from.length; i++) {
      System.arraycopy(values, from[i] * width, rows, i * (width + 1), width);
      rows[i * (width + 1) + width] = more[i];
    }
    return rows;
  }

  private static int[] ones(int count) {
    int[] ones = new int[count];
    Arrays.fill(ones, 1);
    return ones;
  }
}
