package io.winnow.actors.plan;

import io.winnow.actors.run.Evaluation;
import io.winnow.actors.run.Examples;
import io.winnow.model.config.RunConfig;
import io.winnow.model.data.Columns;
import io.winnow.model.data.Dataset;
import io.winnow.model.data.DatasetReader;
import io.winnow.model.data.EncodedDataset;
import io.winnow.model.data.LabelMap;
import io.winnow.model.task.Batch;
import io.winnow.model.text.Tokenizer;
import io.winnow.model.text.Tokenizers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run's files become examples: its columns, its tokenizer, and what labels mean. Open only to
 * encode; what it says about labels and scores holds afterwards too.
 */
public final class TaskEncoding implements AutoCloseable {
  private final RunConfig config;
  private final @Nullable LabelMap labels;
  private final Tokenizer tokenizer;

  private TaskEncoding(RunConfig config, @Nullable LabelMap labels, Tokenizer tokenizer) {
    this.config = config;
    this.labels = labels;
    this.tokenizer = tokenizer;
  }

  /**
   * The encoding by labels that are known, without a look at the training file.
   *
   * @param vocabulary tokens that the model knows
   * @param labels names of the classes by index; empty for a regression
   */
  public static TaskEncoding open(RunConfig config, int vocabulary, List<String> labels) {
    return open(config, vocabulary, labels.isEmpty() ? null : new LabelMap(labels));
  }

  static TaskEncoding open(RunConfig config, int vocabulary, @Nullable LabelMap labels) {
    Tokenizer tokenizer = Tokenizers.open(config.model().path(), config.data().maxLength());
    try {
      tokenizer.requireFits(vocabulary);
    } catch (RuntimeException problem) {
      tokenizer.close();
      throw problem;
    }
    return new TaskEncoding(config, labels, tokenizer);
  }

  /** The classes of a training file; null for a regression. */
  static @Nullable LabelMap labels(RunConfig config, Dataset train) {
    return config.task().kind() == RunConfig.Task.Kind.CLASSIFICATION
        ? LabelMap.of(train, config.task().labels())
        : null;
  }

  /** A file's rows, as the run's columns have it. */
  static Dataset file(RunConfig config, Path path, boolean labelled) {
    return DatasetReader.read(
        path, new Columns(config.data().text(), config.data().label(), labelled));
  }

  /** Labelled examples of a file. */
  public EncodedDataset labelled(Path path) {
    return labelled(file(config, path, true));
  }

  EncodedDataset labelled(Dataset file) {
    return labels == null
        ? EncodedDataset.regression(file, encoding())
        : EncodedDataset.classification(file, encoding(), labels);
  }

  /** Examples of a file whose labels, if it has any, do not matter. */
  public EncodedDataset unlabelled(Path path) {
    return EncodedDataset.unlabelled(file(config, path, false), encoding());
  }

  private EncodedDataset.Encoding encoding() {
    return new EncodedDataset.Encoding(tokenizer, false);
  }

  /** Outputs of the task head. */
  public int outputs() {
    return labels == null ? 1 : labels.size();
  }

  /** How logits on these examples are scored. */
  public Evaluation evaluation(EncodedDataset data) {
    return new Evaluation() {
      @Override
      public Examples examples() {
        return TaskEncoding.examples(data);
      }

      @Override
      public Map<String, Double> score(List<float[]> logits) {
        return Scores.of(data.targets(), logits, outputs());
      }
    };
  }

  /** Examples as the step loop takes them. */
  public static Examples examples(EncodedDataset data) {
    return new Examples() {
      @Override
      public int size() {
        return data.size();
      }

      @Override
      public Batch collate(int[] indices) {
        return data.collate(indices);
      }
    };
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
