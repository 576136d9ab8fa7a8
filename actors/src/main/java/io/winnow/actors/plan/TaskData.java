package io.winnow.actors.plan;

import io.winnow.actors.run.Evaluation;
import io.winnow.actors.run.Examples;
import io.winnow.model.config.RunConfig;
import io.winnow.model.data.Dataset;
import io.winnow.model.data.EncodedDataset;
import io.winnow.model.data.LabelMap;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data of a run, tokenised: training examples, validation examples, and what labels mean. Made
 * from the configuration alone, the same each time.
 */
public final class TaskData {
  private final TaskEncoding encoding;
  private final EncodedDataset train;
  private final @Nullable EncodedDataset validation;

  private TaskData(
      TaskEncoding encoding, EncodedDataset train, @Nullable EncodedDataset validation) {
    this.encoding = encoding;
    this.train = train;
    this.validation = validation;
  }

  /**
   * Reads and tokenises a run's files.
   *
   * @param vocabulary tokens that the model knows
   */
  public static TaskData read(RunConfig config, int vocabulary) {
    Dataset trainFile = trainFile(config);
    LabelMap labels = TaskEncoding.labels(config, trainFile);
    try (TaskEncoding encoding = TaskEncoding.open(config, vocabulary, labels)) {
      Path validation = config.data().validation();
      return new TaskData(
          encoding,
          encoding.labelled(trainFile),
          validation == null ? null : encoding.labelled(validation));
    }
  }

  /** Names of the classes by index, from the training file alone; empty for regression. */
  public static List<String> labelNames(RunConfig config) {
    if (config.task().kind() == RunConfig.Task.Kind.REGRESSION) {
      return List.of();
    }
    return TaskEncoding.labels(config, trainFile(config)).names();
  }

  private static Dataset trainFile(RunConfig config) {
    return TaskEncoding.file(config, config.data().train(), true);
  }

  /** Outputs of the task head. */
  public int outputs() {
    return encoding.outputs();
  }

  /** Training examples. */
  public Examples train() {
    return TaskEncoding.examples(train);
  }

  /** The validation set, or null if there is none. */
  public @Nullable Evaluation validation() {
    return validation == null ? null : encoding.evaluation(validation);
  }

  /** Fingerprint of the tokenised examples. */
  public String fingerprint() {
    return validation == null
        ? train.fingerprint()
        : train.fingerprint() + "+" + validation.fingerprint();
  }
}
