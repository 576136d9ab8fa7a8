package io.winnow.model.arch;

import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.Pass;
import io.winnow.model.nn.PostNormBlock;
import io.winnow.model.nn.PostNormStack;
import io.winnow.model.nn.SummedEmbedding;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** BART's encoder or decoder: embedding and blocks. */
final class BartSide {
  private final SummedEmbedding embedding;
  private final PostNormStack stack;
  private final BartConfig config;
  private final Buffer embedded; // [rows, hidden]
  private @Nullable Matrix output; // of the last forward [rows, hidden]

  BartSide(Compute compute, SummedEmbedding embedding, PostNormStack stack, BartConfig config) {
    this.embedding = embedding;
    this.stack = stack;
    this.config = config;
    this.embedded = compute.workspace().buffer();
  }

  /**
   * What a side reads.
   *
   * @param ids {@code [examples * length]}
   * @param past positions before the first
   */
  record Reading(int[] ids, int length, int past) {
    private List<int[]> rows() {
      int[] positions = new int[ids.length];
      Arrays.setAll(positions, r -> BartConfig.POSITION_OFFSET + past + r % length);
      return List.of(ids, positions);
    }
  }

  boolean hasLiveEmbedding() {
    return embedding.isLive();
  }

  /** The lowest block, from 0, that a backward sweep has to reach for what is live in this side. */
  int lowestLive() {
    return embedding.isLive() ? 0 : stack.lowestLive();
  }

  boolean isLive() {
    return lowestLive() < stack.size();
  }

  PostNormStack stack() {
    return stack;
  }

  /** The embedding of what is read, {@code [rows, hidden]}. */
  Matrix embed(Pass pass, Reading reading) {
    check(reading);
    Matrix x = embedded.matrix(reading.ids().length, config.hidden());
    embedding.forward(pass, reading.rows(), x);
    return x;
  }

  private void check(Reading reading) {
    int length = reading.past() + reading.length();
    if (length > config.positions()) {
      throw UserProblem.failure(
          String.format(
              "a sequence has %d tokens; this model has positions for %d",
              length, config.positions()));
    }
    for (int id : reading.ids()) {
      if (id < 0 || id >= config.vocabulary()) {
        throw new IllegalStateException(
            "token id " + id + " is outside the vocabulary of " + config.vocabulary());
      }
    }
  }

  /** The last states; null if the sweep was cancelled. */
  @Nullable Matrix forward(Pass pass, PostNormBlock.Inputs inputs, int lowest) {
    output = stack.forward(pass, inputs, lowest);
    return output;
  }

  /** Goes back through the blocks, and the embedding where it is live. */
  boolean backward(Pass pass, Reading reading, Gradients gradients, IntConsumer done) {
    boolean embeds = embedding.isLive();
    var back = new PostNormStack.Back(gradients.states(), embeds, gradients.memory());
    if (!stack.backward(pass, back, done)) {
      return false;
    }
    if (embeds) {
      embedding.backward(pass, reading.rows(), gradients.states());
    }
    return true;
  }

  /** The gradient of the last states, used up, and that of the memory, added to if there is one. */
  record Gradients(Matrix states, @Nullable Matrix memory) {}

  /** State i: 0 is the embedding, the last one the output. */
  Matrix state(int i) {
    return i == stack.size() && output != null ? output : stack.input(i);
  }

  int size() {
    return stack.size();
  }
}
