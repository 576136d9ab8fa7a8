package io.winnow.model.arch;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.nn.Attention;
import io.winnow.model.nn.KeyValues;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.PostNormBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Generation by {@link BartNetwork}: the encoder reads once; the keys and values of its output are
 * kept for each sequence, and moved only where a sequence goes on from another example's.
 */
final class BartDecoding implements Decoding {
  private static final Pass PASS = Pass.of(Pass.Mode.EVALUATE, 0);

  private final BartNetwork network;
  private final List<PostNormBlock.Caches> caches = new ArrayList<>();
  private int[] examples = {}; // whose output each sequence reads
  private int[] inputMask = {}; // [sequences, inputLength]
  private int inputLength;
  private int length; // positions that are read

  BartDecoding(BartNetwork network) {
    this.network = network;
  }

  @Override
  public Matrix begin(Tokens tokens) {
    close();
    Tokens.Side side = network.head().decoderReads(tokens);
    Matrix memory = network.encode(tokens, PASS);
    if (memory == null) {
      throw new IllegalStateException("a sweep that nobody cancels was cancelled");
    }
    examples = new int[tokens.examples()];
    Arrays.setAll(examples, e -> e);
    inputMask = tokens.mask();
    inputLength = tokens.length();
    length = 0;
    addCaches();
    network.decoder().stack().remember(PASS, memory, caches);
    return read(side.ids());
  }

  private void addCaches() {
    int width = network.config().hidden();
    for (int i = 0; i < network.decoder().size(); i++) {
      caches.add(
          new PostNormBlock.Caches(
              new KeyValues(network.backend(), examples.length, width),
              new KeyValues(network.backend(), examples.length, width)));
    }
  }

  @Override
  public Matrix next(int[] from, int[] ids) {
    select(from);
    return read(ids);
  }

  private void select(int[] from) {
    int[] chosen = Arrays.stream(from).map(r -> examples[r]).toArray();
    boolean sameInputs = Arrays.equals(chosen, examples);
    for (PostNormBlock.Caches cache : caches) {
      cache.self().select(from);
      if (!sameInputs) {
        cache.memory().select(from);
      }
    }
    if (!sameInputs) {
      int[] mask = new int[from.length * inputLength];
      for (int r = 0; r < from.length; r++) {
        System.arraycopy(inputMask, from[r] * inputLength, mask, r * inputLength, inputLength);
      }
      inputMask = mask;
      examples = chosen;
    }
  }

  /** Reads as many more tokens of each sequence as there are. */
  private Matrix read(int[] ids) {
    int sequences = examples.length;
    int count = ids.length / sequences;
    Matrix x = network.decoder().embed(PASS, new BartSide.Reading(ids, count, length));
    var inputs = new PostNormBlock.Inputs(x, null, setting(count));
    Matrix y = network.decoder().stack().decode(PASS, inputs, caches);
    length += count;
    int[] last = new int[sequences];
    Arrays.setAll(last, r -> r * count + count - 1);
    return network.head().forward(PASS, y, last);
  }

  private PostNormBlock.Setting setting(int count) {
    int sequences = examples.length;
    int[] ones = new int[sequences * (length + count)];
    Arrays.fill(ones, 1);
    var own =
        new AttentionMask(sequences, count, length + count, ones, AttentionMask.Reach.PAST, length);
    var input =
        new AttentionMask(sequences, count, inputLength, inputMask, AttentionMask.Reach.ALL, 0);
    return new PostNormBlock.Setting(Attention.Setting.of(own), Attention.Setting.of(input));
  }

  @Override
  public int longest() {
    return network.config().positions();
  }

  @Override
  public void close() {
    for (PostNormBlock.Caches cache : caches) {
      cache.self().close();
      cache.memory().close();
    }
    caches.clear();
  }
}
