package io.winnow.actors.run;

import io.winnow.model.task.Batch;

/** A tokenised data set from which batches are cut. */
public interface Examples {
  /** Number of examples. */
  int size();

  /** Tokens of an example, padding excluded. */
  int length(int index);

  /** The examples of these indices as one padded batch. */
  Batch collate(int[] indices);
}
