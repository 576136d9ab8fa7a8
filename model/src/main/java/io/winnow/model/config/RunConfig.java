package io.winnow.model.config;

import io.winnow.model.train.OptimizerSettings;
import io.winnow.model.train.ScheduleSettings;
import io.winnow.model.train.SelectionSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The resolved configuration of a run: every value is set, every path absolute, every count a
 * number of steps or examples. It is what a run journals about itself.
 */
public record RunConfig(
    String name,
    long seed,
    Model model,
    Task task,
    Data data,
    Method method,
    SelectionSettings selection,
    OptimizerSettings optimizer,
    ScheduleSettings schedule,
    Training training,
    Checkpoint checkpoint,
    Failure failure,
    Workers workers,
    List<ScriptedCommand> commands) {

  public RunConfig {
    commands = List.copyOf(commands);
  }

  /** The frozen base: a Hugging Face folder. */
  public record Model(Path path) {}

  /**
   * What is learned.
   *
   * @param labels number of classes; 0 = count the distinct labels of the training file
   */
  public record Task(Kind kind, int labels) {
    /** Kinds of task. */
    public enum Kind {
      CLASSIFICATION,
      REGRESSION
    }
  }

  /**
   * Where examples come from.
   *
   * @param text names of the one or two text columns; empty = GLUE's conventions
   * @param label name of the label column
   * @param maxLength tokens an example is cut to, special tokens included
   */
  public record Data(
      Path train, @Nullable Path validation, List<String> text, String label, int maxLength) {
    public Data {
      text = List.copyOf(text);
    }
  }

  /**
   * The adapters.
   *
   * @param keepsAll true for methods without selection
   * @param target {@code all-linear}, names, or one regular expression
   * @param trainHead whether pooler and task head are trained
   */
  public record Method(
      Name name,
      int rank,
      float alpha,
      float dropout,
      InitA initA,
      TargetModules target,
      boolean trainHead) {
    /** Methods of method.md. */
    public enum Name {
      LORA,
      RAND,
      WEIGHTLORA
    }

    /** Bound of A's uniform initialisation: 1/sqrt(in) as in PEFT, or the authors' 1/sqrt(rank). */
    public enum InitA {
      FAN_IN,
      RANK
    }
  }

  /** PEFT's target_modules: exactly one of the three forms. */
  public sealed interface TargetModules {
    /** Every linear layer except the output head. */
    record AllLinear() implements TargetModules {}

    /** Names: equal to a module path, or a suffix of it at a dot. */
    record Names(List<String> names) implements TargetModules {
      public Names {
        names = List.copyOf(names);
      }
    }

    /** A regular expression that must match the whole module path. */
    record Regex(String pattern) implements TargetModules {}
  }

  /**
   * The loop.
   *
   * @param steps optimizer steps; 0 = from {@code epochs}
   * @param epochs passes over the training data, used where steps is 0
   * @param batchSize examples of one optimizer step
   * @param microBatch examples of one sweep; divides the step into ceil(batchSize / microBatch)
   * @param evaluateEvery steps between evaluations; 0 = only at the end
   */
  public record Training(
      long steps, double epochs, int batchSize, int microBatch, long evaluateEvery, Metric best) {
    /** The metric by which the best checkpoint is chosen. */
    public record Metric(String name, boolean higherIsBetter) {}
  }

  /** Steps or time between checkpoints; exactly one is positive. */
  public record Checkpoint(long everySteps, Duration everyTime) {}

  /**
   * Limits.
   *
   * @param maxBadSteps non-finite steps in a row before the run pauses itself
   * @param maxAttempts attempts without a new counted checkpoint before the run pauses itself
   * @param stepDeadline time without progress in a step before the coordinator asks what is missing
   */
  public record Failure(int maxBadSteps, int maxAttempts, Duration stepDeadline) {}

  /**
   * Compute slots of this node; 0 = one per core.
   *
   * @param determinism whether workers of another numerics fingerprint are refused
   */
  public record Workers(int count, boolean determinism) {}

  /** A command that holds from a step on, as if it had been sent then: {@code set} path = value. */
  public record ScriptedCommand(long at, Map<String, String> set) {
    public ScriptedCommand {
      set = Map.copyOf(set);
    }
  }
}
