package io.winnow.model.nn;

/**
 * A linear layer that may carry an adapter: its Hugging Face module path, its widths, and the
 * transformer block it lies in (-1 = outside the blocks).
 */
public record LinearSite(String path, int in, int out, int block) {
  /** Block number of what lies behind the blocks: pooler and task head. */
  public static final int HEAD = -1;

  /**
   * Block number of what lies before the blocks or is shared by them all: embeddings, and a
   * language model's own norm and output layer behind the blocks, which belong to no task.
   */
  public static final int STEM = -2;

  /**
   * Block number of a constant that is no parameter: never trained, and 0 where a file lacks it.
   */
  public static final int BUFFER = -3;
}
