package io.winnow.model.generate;

import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sequences are generated from, without padding: texts to continue for a causal model, inputs
 * of the encoder for a sequence-to-sequence model.
 */
public record Prompts(List<Prompt> all) {
  /**
   * One of them.
   *
   * @param index its number in the data; samples are a function of it, not of its place in a batch
   */
  public record Prompt(long index, int[] ids) {}

  /** Copies its list. */
  public Prompts {
    all = List.copyOf(all);
    for (Prompt prompt : all) {
      if (prompt.ids.length == 0) {
        throw UserProblem.usage("prompt %d is empty".formatted(prompt.index));
      }
    }
  }

  /** Prompts that are numbered from 0. */
  public static Prompts of(int[]... ids) {
    Prompt[] prompts = new Prompt[ids.length];
    Arrays.setAll(prompts, i -> new Prompt(i, ids[i]));
    return new Prompts(List.of(prompts));
  }

  /** Tokens of the longest. */
  int length() {
    return all.stream().mapToInt(prompt -> prompt.ids.length).max().orElse(0);
  }

  /**
   * As a model reads them: for a causal model filled up on the left, so that all end at the same
   * position; for a sequence-to-sequence model on the right, with the start token for the decoder.
   */
  Tokens tokens(int pad, @Nullable Integer decoderStart) {
    int length = length();
    int[] ids = new int[all.size() * length];
    int[] mask = new int[ids.length];
    Arrays.fill(ids, pad);
    for (int i = 0; i < all.size(); i++) {
      int[] prompt = all.get(i).ids;
      int at = decoderStart == null ? (i + 1) * length - prompt.length : i * length;
      System.arraycopy(prompt, 0, ids, at, prompt.length);
      Arrays.fill(mask, at, at + prompt.length, 1);
    }
    Tokens.Side decoder = decoderStart == null ? null : start(decoderStart);
    return new Tokens(all.size(), length, ids, mask, null, decoder, null);
  }

  private Tokens.Side start(int id) {
    int[] ids = new int[all.size()];
    int[] mask = new int[all.size()];
    Arrays.fill(ids, id);
    Arrays.fill(mask, 1);
    return new Tokens.Side(1, ids, mask);
  }
}
