package io.winnow.model.arch;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace;
import io.winnow.model.nn.Attention;
import io.winnow.model.nn.KeyValues;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.PreNormBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Continuation by a Llama. A token's position is the number of tokens before it, so padding on the
 * left does not count, as in transformers' generate.
 */
final class LlamaDecoding implements Decoding {
  private static final Pass PASS = Pass.of(Pass.Mode.EVALUATE, 0);

  private final LlamaStack stack;
  private final PreNormBlock.Tape tape;
  private final Workspace workspace = new Workspace();
  private final Workspace.Buffer embedded = workspace.buffer();
  private final List<KeyValues> caches = new ArrayList<>(); // by block
  private int[][] seen = {}; // by sequence: 1 = token, 0 = padding
  private int[] tokens = {}; // by sequence: how many of them are tokens

  /** With a tape that nothing else uses meanwhile. */
  LlamaDecoding(LlamaStack stack, PreNormBlock.Tape tape) {
    this.stack = stack;
    this.tape = tape;
  }

  @Override
  public Matrix begin(Tokens prompts) {
    closeCaches();
    var heads = stack.config().heads();
    for (int i = 0; i < stack.blocks().size(); i++) {
      int width = heads.keys() * heads.width();
      caches.add(new KeyValues(stack.compute().backend(), prompts.examples(), width));
    }
    seen = new int[prompts.examples()][];
    tokens = new int[prompts.examples()];
    int[] positions = new int[prompts.rows()];
    for (int r = 0; r < seen.length; r++) {
      int from = r * prompts.length();
      seen[r] = Arrays.copyOfRange(prompts.mask(), from, from + prompts.length());
      for (int i = 0; i < prompts.length(); i++) {
        positions[from + i] = tokens[r];
        tokens[r] += seen[r][i];
      }
    }
    return read(prompts.ids(), positions);
  }

  @Override
  public Matrix next(int[] from, int[] ids) {
    caches.forEach(cache -> cache.select(from));
    int[][] seenBefore = seen;
    int[] tokensBefore = tokens;
    seen = new int[from.length][];
    tokens = new int[from.length];
    int[] positions = new int[from.length];
    for (int r = 0; r < from.length; r++) {
      int[] old = seenBefore[from[r]];
      seen[r] = Arrays.copyOf(old, old.length + 1);
      seen[r][old.length] = 1;
      positions[r] = tokensBefore[from[r]];
      tokens[r] = positions[r] + 1;
    }
    return read(ids, positions);
  }

  /** Reads rows of all sequences, as many of each; logits of each sequence's last one. */
  private Matrix read(int[] ids, int[] positions) {
    int count = ids.length / seen.length;
    Matrix x = embedded.matrix(ids.length, stack.config().hidden());
    stack.embed(ids, x);
    Attention.Setting setting = setting(count, positions);
    for (int i = 0; i < caches.size(); i++) {
      x = stack.blocks().get(i).decode(PASS, x, setting, caches.get(i), tape);
    }
    int[] last = new int[seen.length];
    Arrays.setAll(last, r -> (r + 1) * count - 1);
    return stack.head().forward(PASS, x, last);
  }

  private Attention.Setting setting(int count, int[] positions) {
    int keys = seen[0].length;
    int[] mask = new int[seen.length * keys];
    for (int r = 0; r < seen.length; r++) {
      System.arraycopy(seen[r], 0, mask, r * keys, keys);
    }
    var reach = AttentionMask.Reach.PAST;
    var rotary = stack.rotary().at(positions);
    return new Attention.Setting(
        new AttentionMask(seen.length, count, keys, mask, reach, keys - count), rotary, rotary);
  }

  @Override
  public int longest() {
    return stack.config().longest();
  }

  private void closeCaches() {
    caches.forEach(KeyValues::close);
    caches.clear();
  }

  @Override
  public void close() {
    closeCaches();
    workspace.close();
  }
}
