package io.winnow.model.task;

/** What the examples of a batch should come out as; published arrays, one entry per example. */
public sealed interface Targets {
  /** Number of targets that the loss is normalised by. */
  int count();

  /** Class indices, for cross entropy. */
  record Classes(int[] labels) implements Targets {
    @Override
    public int count() {
      return labels.length;
    }
  }

  /** Real values, for the squared error. */
  record Values(float[] labels) implements Targets {
    @Override
    public int count() {
      return labels.length;
    }
  }
}
