package io.winnow.model.task;

import java.util.Arrays;

/** What the examples of a batch should come out as; published arrays. */
public sealed interface Targets {
  /** Number of targets that the loss is normalised by. */
  int count();

  /** Class indices, one per example, for cross entropy. */
  record Classes(int[] labels) implements Targets {
    @Override
    public int count() {
      return labels.length;
    }
  }

  /** Real values, one per example, for the squared error. */
  record Values(float[] labels) implements Targets {
    @Override
    public int count() {
      return labels.length;
    }
  }

  /** First and last token of each example's answer; both 0 where it has none. */
  record Spans(int[] starts, int[] ends) implements Targets {
    @Override
    public int count() {
      return starts.length;
    }
  }

  /**
   * The token that should come after each token that the model (its decoder, where it has one)
   * reads: {@code [examples, length]} row-major, -1 where nothing is learned.
   */
  record Next(int[] ids) implements Targets {
    @Override
    public int count() {
      return (int) Arrays.stream(ids).filter(id -> id >= 0).count();
    }

    /** The rows that have a target; row 0 alone where none has, as a model needs one. */
    public int[] rows() {
      int[] rows = new int[count()];
      int n = 0;
      for (int r = 0; r < ids.length; r++) {
        if (ids[r] >= 0) {
          rows[n++] = r;
        }
      }
      return n == 0 ? new int[] {0} : rows;
    }
  }
}
