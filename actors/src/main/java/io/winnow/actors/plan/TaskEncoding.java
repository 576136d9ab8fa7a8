package io.winnow.actors.plan;

import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.data.LabelMap;
import java.nio.file.Path;
import java.util.List;

/**
 * How a run's files become examples, and how what the model says about them is scored; one class
 * per kind of task. Open only to encode: the sets that it made hold afterwards too.
 */
public interface TaskEncoding extends AutoCloseable {
  /**
   * The encoding of a run's task.
   *
   * @param labels names of the classes by index; empty where there are none
   */
  static TaskEncoding open(RunConfig config, ModelFacts model, List<String> labels) {
    return switch (config.task().kind()) {
      case CLASSIFICATION -> SequenceEncoding.open(config, model, new LabelMap(labels));
      case REGRESSION -> SequenceEncoding.open(config, model, null);
      case QUESTION_ANSWERING -> QaEncoding.open(config, model);
      case SEQ2SEQ -> PairEncoding.open(config, model);
      case CAUSAL_LM -> CausalEncoding.open(config, model);
      case INSTRUCTION -> InstructionEncoding.open(config, model);
    };
  }

  /**
   * Names of the classes by index: GLUE's, or those of the training file; empty for other tasks.
   */
  static List<String> labels(RunConfig config) {
    if (config.task().kind() != RunConfig.Task.Kind.CLASSIFICATION) {
      return List.of();
    }
    return config.task().glue() != null
        ? config.task().glue().labelNames()
        : SequenceEncoding.labels(config).names();
  }

  /** What stands behind the blocks of a model for this task. */
  static TaskHead head(RunConfig config, List<String> labels) {
    return switch (config.task().kind()) {
      case CLASSIFICATION -> TaskHead.sequence(labels.size());
      case REGRESSION -> TaskHead.sequence(1);
      case QUESTION_ANSWERING -> TaskHead.span();
      case SEQ2SEQ, CAUSAL_LM, INSTRUCTION -> TaskHead.language();
    };
  }

  /** The training examples of a file. */
  TaskSet training(Path file);

  /** Examples of a file with what is expected of them, to be scored. */
  TaskSet labelled(Path file);

  /** Examples of a file whose labels, if it has any, do not matter. */
  TaskSet unlabelled(Path file);

  /**
   * How text is written in this task.
   *
   * @throws UserProblem where nothing is
   */
  default Writing writing() {
    throw UserProblem.usage(
        "a model for this task does not write text; use predict, or a run with task.kind = seq2seq,"
            + " causal-lm or instruction");
  }

  @Override
  void close();
}
