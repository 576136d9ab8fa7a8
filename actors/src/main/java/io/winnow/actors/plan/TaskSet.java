package io.winnow.actors.plan;

import io.winnow.actors.run.Evaluation;
import io.winnow.actors.run.Examples;
import io.winnow.model.data.EncodedDataset;
import io.winnow.model.task.Batch;
import java.util.List;

/** A file of examples, encoded, and how what the model says about them is read. */
public interface TaskSet extends Evaluation {
  /** The encoded examples. */
  EncodedDataset rows();

  /** A header and one tab-separated row per prediction, from the outputs of consecutive batches. */
  List<String> predictions(List<float[]> outputs, int batchSize);

  @Override
  default Examples examples() {
    EncodedDataset rows = rows();
    return new Examples() {
      @Override
      public int size() {
        return rows.size();
      }

      @Override
      public int length(int index) {
        return rows.length(index);
      }

      @Override
      public Batch collate(int[] indices) {
        return rows.collate(indices);
      }
    };
  }
}
