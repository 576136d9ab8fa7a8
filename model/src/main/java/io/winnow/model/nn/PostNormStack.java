package io.winnow.model.nn;

import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Blocks one behind the other: an encoder, or a decoder on an encoder's output. Blocks below the
 * lowest that a backward sweep reaches keep nothing. Kept are either all that backward needs, or
 * each block's output alone; then its forward is computed again before its backward.
 */
public final class PostNormStack {
  private final List<PostNormBlock> blocks;
  private final int number;
  private final Kept kept;
  private final List<PostNormBlock.Tape> tapes = new ArrayList<>();
  private final PostNormBlock.Tape shared;
  private final List<Buffer> outputs = new ArrayList<>(); // [rows, hidden]
  private final Buffer lowOutput; // of blocks that no backward sweep reaches [rows, hidden]
  private PostNormBlock.@Nullable Inputs first;
  private int lowest;

  /** What stays from forward to backward. */
  public enum Kept {
    ALL,
    OUTPUTS
  }

  /**
   * Blocks over one network's memory.
   *
   * @param number of the first block in the network
   */
  public PostNormStack(Workspace workspace, List<PostNormBlock> blocks, int number, Kept kept) {
    this.blocks = List.copyOf(blocks);
    this.number = number;
    this.kept = kept;
    this.shared = new PostNormBlock.Tape(workspace);
    this.lowOutput = workspace.buffer();
    for (int i = 0; i < blocks.size(); i++) {
      outputs.add(workspace.buffer());
      tapes.add(kept == Kept.ALL ? new PostNormBlock.Tape(workspace) : shared);
    }
  }

  /** Number of blocks. */
  public int size() {
    return blocks.size();
  }

  /** The lowest block, from 0, that is live; {@link #size()} if none is. */
  public int lowestLive() {
    int i = 0;
    while (i < blocks.size() && !blocks.get(i).isLive()) {
      i++;
    }
    return i;
  }

  /**
   * Computes all blocks.
   *
   * @param from the lowest block, from 0, that the backward sweep will reach
   * @return the last one's output; null if the sweep was cancelled
   */
  public @Nullable Matrix forward(Pass pass, PostNormBlock.Inputs inputs, int from) {
    first = inputs;
    lowest = pass.keepsTape() ? from : blocks.size();
    Matrix x = inputs.x();
    for (int i = 0; i < blocks.size(); i++) {
      if (pass.cancelled().getAsBoolean()) {
        return null;
      }
      Matrix y = (i < lowest ? lowOutput : outputs.get(i)).matrix(x.rows(), x.columns());
      blocks.get(i).forward(pass, with(x), y, i < lowest ? shared : tapes.get(i));
      x = y;
    }
    return x;
  }

  private PostNormBlock.Inputs with(Matrix x) {
    PostNormBlock.Inputs inputs = first();
    return new PostNormBlock.Inputs(x, inputs.memory(), inputs.setting());
  }

  private PostNormBlock.Inputs first() {
    if (first == null) {
      throw new IllegalStateException("no forward sweep through these blocks");
    }
    return first;
  }

  /** What block i, from 0, read in the last forward; it must have been kept. */
  public Matrix input(int i) {
    if (i == 0) {
      return first().x();
    }
    return (i <= lowest ? lowOutput : outputs.get(i - 1)).last();
  }

  /**
   * The way back.
   *
   * @param g the gradient of the last output; becomes that of the first input where it is needed
   * @param goesOn whether the gradient of the first input is needed
   * @param dMemory what the gradient of the memory is added to; null where nothing needs it
   */
  public record Back(Matrix g, boolean goesOn, @Nullable Matrix dMemory) {}

  /**
   * Goes back to the lowest block of the forward sweep; {@code done} hears each block's number.
   *
   * @return false if the sweep was cancelled
   */
  public boolean backward(Pass pass, Back back, IntConsumer done) {
    for (int i = blocks.size() - 1; i >= lowest; i--) {
      if (pass.cancelled().getAsBoolean()) {
        return false;
      }
      PostNormBlock.Inputs inputs = with(input(i));
      if (kept == Kept.OUTPUTS && i < blocks.size() - 1) {
        blocks.get(i).forward(pass, inputs, outputs.get(i).last(), shared);
      }
      boolean goesOn = i > lowest || back.goesOn();
      var step = new PostNormBlock.Step(tapes.get(i), back.g(), goesOn, back.dMemory());
      blocks.get(i).backward(pass, inputs, step);
      done.accept(number + i);
    }
    return true;
  }

  /** Fills the caches of the memory, one per block. */
  public void remember(Pass pass, Matrix memory, List<PostNormBlock.Caches> caches) {
    for (int i = 0; i < blocks.size(); i++) {
      blocks.get(i).remember(pass, memory, caches.get(i));
    }
  }

  /** Reads the next rows of each sequence; the last block's output, valid until the next call. */
  public Matrix decode(Pass pass, PostNormBlock.Inputs inputs, List<PostNormBlock.Caches> caches) {
    Matrix x = inputs.x();
    Matrix y = lowOutput.matrix(x.rows(), x.columns());
    for (int i = 0; i < blocks.size(); i++) {
      var current = new PostNormBlock.Inputs(i == 0 ? x : y, null, inputs.setting());
      blocks.get(i).decode(pass, current, y, new PostNormBlock.Decoded(caches.get(i), shared));
    }
    return y;
  }
}
