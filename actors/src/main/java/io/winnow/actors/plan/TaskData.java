package io.winnow.actors.plan;

import io.winnow.actors.run.Evaluation;
import io.winnow.actors.run.Examples;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The data of a run, tokenised: training examples, validation examples, and what labels mean. Made
 * from the configuration alone, the same each time.
 */
public final class TaskData {
  private final TaskHead head;
  private final TaskSet train;
  private final @Nullable TaskSet validation;

  private TaskData(TaskHead head, TaskSet train, @Nullable TaskSet validation) {
    this.head = head;
    this.train = train;
    this.validation = validation;
  }

  /** Reads and tokenises a run's files. */
  public static TaskData read(RunConfig config, ModelFacts model) {
    List<String> labels = TaskEncoding.labels(config);
    try (TaskEncoding encoding = TaskEncoding.open(config, model, labels)) {
      Path validation = config.data().validation();
      return new TaskData(
          TaskEncoding.head(config, labels),
          learnable(encoding.training(config.data().train()), config.data().train()),
          validation == null ? null : learnable(encoding.labelled(validation), validation));
    }
  }

  /** Texts may be so short, or cut so early, that no token has one to be learned after it. */
  private static TaskSet learnable(TaskSet set, Path file) {
    if (set.rows().targetCount() == 0) {
      throw UserProblem.failure(
          file
              + " has nothing to learn: its texts are too short, or their answers lie behind"
              + " data.max-length");
    }
    return set;
  }

  /** What stands behind the model's blocks. */
  public TaskHead head() {
    return head;
  }

  /** Training examples. */
  public Examples train() {
    return train.examples();
  }

  /** The validation set, or null if there is none. */
  public @Nullable Evaluation validation() {
    return validation;
  }

  /** Tokens of the longest example. */
  public int longest() {
    int longest = train.rows().longest();
    return validation == null ? longest : Math.max(longest, validation.rows().longest());
  }

  /** Tokens of the longest text that a decoder reads; 0 where no example has one. */
  public int longestTarget() {
    int longest = train.rows().longestTarget();
    return validation == null ? longest : Math.max(longest, validation.rows().longestTarget());
  }

  /** Fingerprint of the tokenised examples. */
  public String fingerprint() {
    return validation == null
        ? train.rows().fingerprint()
        : train.rows().fingerprint() + "+" + validation.rows().fingerprint();
  }
}
