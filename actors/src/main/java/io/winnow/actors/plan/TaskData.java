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
import io.winnow.model.text.JsonTokenizer;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The data of a run, tokenised: training examples, validation examples, and what labels mean. Made
 * from the configuration alone, the same each time.
 */
public final class TaskData {
  private final RunConfig config;
  private final @Nullable LabelMap labels;
  private final EncodedDataset train;
  private final @Nullable EncodedDataset validation;

  private TaskData(
      RunConfig config,
      @Nullable LabelMap labels,
      EncodedDataset train,
      @Nullable EncodedDataset validation) {
    this.config = config;
    this.labels = labels;
    this.train = train;
    this.validation = validation;
  }

  /**
   * Reads and tokenises a run's files.
   *
   * @param vocabulary tokens that the model knows
   */
  public static TaskData read(RunConfig config, int vocabulary) {
    try (Tokenizer tokenizer =
        JsonTokenizer.open(config.model().path(), config.data().maxLength())) {
      tokenizer.requireFits(vocabulary);
      Dataset trainFile = file(config, config.data().train(), true);
      LabelMap labels =
          config.task().kind() == RunConfig.Task.Kind.CLASSIFICATION
              ? LabelMap.of(trainFile, config.task().labels())
              : null;
      Path validation = config.data().validation();
      return new TaskData(
          config,
          labels,
          encode(trainFile, labels, tokenizer),
          validation == null ? null : encode(file(config, validation, true), labels, tokenizer));
    }
  }

  /** Names of the classes by index, from the training file alone; empty for regression. */
  public static List<String> labelNames(RunConfig config) {
    return config.task().kind() == RunConfig.Task.Kind.CLASSIFICATION
        ? LabelMap.of(file(config, config.data().train(), true), config.task().labels()).names()
        : List.of();
  }

  private static Dataset file(RunConfig config, Path path, boolean labelled) {
    return DatasetReader.read(
        path, new Columns(config.data().text(), config.data().label(), labelled));
  }

  private static EncodedDataset encode(
      Dataset file, @Nullable LabelMap labels, Tokenizer tokenizer) {
    EncodedDataset.Encoding encoding = new EncodedDataset.Encoding(tokenizer, false);
    return labels == null
        ? EncodedDataset.regression(file, encoding)
        : EncodedDataset.classification(file, encoding, labels);
  }

  /** Labelled examples of another file, by the same labels. */
  public EncodedDataset labelled(Path path) {
    try (Tokenizer tokenizer =
        JsonTokenizer.open(config.model().path(), config.data().maxLength())) {
      return encode(file(config, path, true), labels, tokenizer);
    }
  }

  /** Examples of a file whose labels, if it has any, do not matter. */
  public EncodedDataset unlabelled(Path path) {
    try (Tokenizer tokenizer =
        JsonTokenizer.open(config.model().path(), config.data().maxLength())) {
      return EncodedDataset.unlabelled(
          file(config, path, false), new EncodedDataset.Encoding(tokenizer, false));
    }
  }

  /** Outputs of the task head. */
  public int outputs() {
    return labels == null ? 1 : labels.size();
  }

  /** Training examples. */
  public Examples train() {
    return examples(train);
  }

  /** The validation set, or null if there is none. */
  public @Nullable Evaluation validation() {
    return validation == null ? null : evaluation(validation);
  }

  /** How logits on these examples are scored. */
  public Evaluation evaluation(EncodedDataset data) {
    return new Evaluation() {
      @Override
      public Examples examples() {
        return TaskData.examples(data);
      }

      @Override
      public Map<String, Double> score(List<float[]> logits) {
        return Scores.of(data.targets(), logits, outputs());
      }
    };
  }

  /** Fingerprint of the tokenised examples. */
  public String fingerprint() {
    return validation == null
        ? train.fingerprint()
        : train.fingerprint() + "+" + validation.fingerprint();
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
}
