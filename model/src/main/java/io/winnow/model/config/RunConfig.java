package io.winnow.model.config;

import io.winnow.model.adapter.BlockRange;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.adapter.WireType;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.task.score.GlueTask;
import io.winnow.model.train.Budget;
import io.winnow.model.train.ExpansionSettings;
import io.winnow.model.train.OptimizerSettings;
import io.winnow.model.train.ScheduleSettings;
import io.winnow.model.train.SelectionRound;
import io.winnow.model.train.SelectionSettings;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import io.winnow.model.train.TripletRule;
import io.winnow.model.train.TripletSettings;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The resolved configuration of a run: every value is set and every path absolute. Counts that
 * depend on the number of training examples stay {@link StepCount}s until the data is read: {@link
 * Training#totalSteps} gives the length of the run, and the {@code resolve} methods take it. It is
 * what a run journals about itself.
 *
 * @param wire what gradients and parameters are rounded to before they are sent
 */
public record RunConfig(
    String name,
    long seed,
    Model model,
    Task task,
    Data data,
    Method method,
    Selection selection,
    OptimizerSettings optimizer,
    Schedule schedule,
    Training training,
    Checkpoint checkpoint,
    Failure failure,
    Workers workers,
    WireType wire,
    int priority,
    Map<String, String> generation,
    List<ScriptedCommand> commands) {

  public RunConfig {
    generation = Collections.unmodifiableMap(new TreeMap<>(generation)); // stable order
    commands = List.copyOf(commands);
  }

  /** The same run with its model in another folder. */
  public RunConfig withModel(Path folder) {
    return new RunConfig(
        name,
        seed,
        new Model(folder, model.options()),
        task,
        data,
        method,
        selection,
        optimizer,
        schedule,
        training,
        checkpoint,
        failure,
        workers,
        wire,
        priority,
        generation,
        commands);
  }

  /**
   * The frozen base.
   *
   * @param path a Hugging Face folder
   * @param options how it is held and computed
   */
  public record Model(Path path, ModelOptions options) {}

  /**
   * What is learned.
   *
   * @param labels number of classes; 0 = count the distinct labels of the training file; 1 for
   *     regression
   * @param glue the task of GLUE that this is; null = none
   * @param answers how answers are searched; of question answering alone
   * @param scoring how generated text is compared with what is expected
   */
  public record Task(
      Kind kind, int labels, @Nullable GlueTask glue, Answers answers, Scoring scoring) {
    /** Kinds of task. */
    public enum Kind {
      CLASSIFICATION,
      REGRESSION,
      /** Extractive: the answer is a part of the context. */
      QUESTION_ANSWERING,
      /** A text becomes another one, by a model with encoder and decoder. */
      SEQ2SEQ,
      /** A text goes on. */
      CAUSAL_LM,
      /** A text goes on as the answer to an instruction. */
      INSTRUCTION;

      /** Whether the model's own output layer is used, which is not trained. */
      public boolean isLanguage() {
        return this == SEQ2SEQ || this == CAUSAL_LM || this == INSTRUCTION;
      }
    }

    /** How generated text is scored. */
    public enum Scoring {
      NONE,
      EXACT_MATCH,
      ROUGE,
      GSM8K
    }

    /**
     * The search for answers, as in Hugging Face's run_qa.py.
     *
     * @param unanswerable whether a question may have no answer, as in SQuAD 2.0
     * @param nullThreshold by how much "no answer" must score above the best answer
     * @param nBest begins and ends that are combined
     * @param maxLength tokens of an answer
     */
    public record Answers(boolean unanswerable, double nullThreshold, int nBest, int maxLength) {}
  }

  /**
   * Where examples come from.
   *
   * @param columns names of columns, where the user gave them
   * @param lengths tokens that examples are cut to
   * @param form of texts to go on with
   */
  public record Data(
      Path train, @Nullable Path validation, Columns columns, Lengths lengths, Form form) {
    /**
     * Columns.
     *
     * @param text names of the one or two text columns; empty = GLUE's conventions
     * @param label name of the label column
     * @param source of pairs of texts, with {@code target}; null = as the names in the file say
     */
    public record Columns(
        List<String> text, String label, @Nullable String source, @Nullable String target) {
      public Columns {
        text = List.copyOf(text);
      }
    }

    /**
     * Tokens.
     *
     * @param input an example is cut to, special tokens included
     * @param target the expected text is cut to
     * @param stride that two windows of a context share
     */
    public record Lengths(int input, int target, int stride) {}

    /** How texts are laid out for a language model. */
    public record Form(Template template, boolean packing, Documents documents) {}

    /** How instructions and answers are put together. */
    public enum Template {
      AUTO,
      LLAMA3,
      PLAIN
    }

    /** What is one document of a plain text file. */
    public enum Documents {
      FILE,
      PARAGRAPH
    }
  }

  /**
   * The adapters.
   *
   * @param target {@code all-linear}, names, or one regular expression
   * @param trainHead whether pooler and task head are trained
   * @param layers blocks whose modules may have a head; empty = all, and what lies outside
   * @param startFrom the adapter folder whose values a run begins with; null = none
   */
  public record Method(
      Name name,
      int rank,
      float alpha,
      float dropout,
      InitA initA,
      TargetRule target,
      boolean trainHead,
      List<BlockRange> layers,
      @Nullable Path startFrom) {
    public Method {
      layers = List.copyOf(layers);
    }

    /** Methods of method.md. */
    public enum Name {
      LORA,
      RSLORA,
      RAND,
      WEIGHTLORA,
      WEIGHTLORA_PLUS,
      ADALORA;

      /** Whether omega moves and heads are selected by it; else omega is fixed at 1. */
      public boolean movesOmega() {
        return this == WEIGHTLORA || this == WEIGHTLORA_PLUS;
      }

      /** Why such a run cannot begin with the values of an adapter; empty = it can. */
      public String whyNoStart() {
        return switch (this) {
          case LORA, RSLORA, WEIGHTLORA, WEIGHTLORA_PLUS -> "";
          case RAND -> "rand draws its heads by the seed, and an adapter brings its own";
          default -> text() + " trains heads of another form than the B A of an adapter";
        };
      }

      /** As a person writes it. */
      public String text() {
        return Values.kebab(this);
      }
    }

    /** s, what a head's output is multiplied by: alpha / rank, or alpha / sqrt(rank) of rslora. */
    public float scale() {
      return name == Name.RSLORA ? (float) (alpha / Math.sqrt(rank)) : alpha / rank;
    }

    /** Bound of A's uniform initialisation: 1/sqrt(in) as in PEFT, or the authors' 1/sqrt(rank). */
    public enum InitA {
      FAN_IN,
      RANK
    }
  }

  /**
   * The loop.
   *
   * @param steps optimizer steps; 0 = from {@code epochs}
   * @param epochs passes over the training data; 0 where steps is given
   * @param batchSize examples of one optimizer step
   * @param microBatch examples of one sweep; divides the step into ceil(batchSize / microBatch)
   * @param evaluateEvery steps between evaluations; never = only at the end
   * @param groupByLength whether the examples of a step are of similar length
   * @param earlyStopping when the run ends by itself; null = after its last step only
   */
  public record Training(
      long steps,
      double epochs,
      int batchSize,
      int microBatch,
      StepCount evaluateEvery,
      Metric best,
      boolean groupByLength,
      @Nullable EarlyStopping earlyStopping) {
    /** The metric by which the best checkpoint is chosen. */
    public record Metric(String name, boolean higherIsBetter) {}

    /**
     * When a run ends ahead of its last step.
     *
     * @param patience evaluations in a row without an improvement of the best metric
     * @param minDelta an improvement is more than this
     */
    public record EarlyStopping(int patience, double minDelta) {}

    /**
     * Optimizer steps of the whole run: {@code steps}, or ceil(epochs * ceil(examples /
     * batchSize)), so that the last step of an epoch may be a smaller one.
     */
    public long totalSteps(long examples) {
      if (steps > 0) {
        return steps;
      }
      long perEpoch = (examples + batchSize - 1) / batchSize;
      return BigDecimal.valueOf(epochs)
          .multiply(BigDecimal.valueOf(perEpoch))
          .setScale(0, RoundingMode.CEILING)
          .longValueExact();
    }
  }

  /**
   * When and how heads are selected; {@link SelectionSettings} says what the parts mean. Methods
   * without selection have {@link #none(int)}.
   *
   * @param budget what may stay; no heads for methods that say it otherwise
   * @param adalora what becomes of triplets; null = heads have none
   */
  public record Selection(
      Budget budget,
      Rule rule,
      StepCount at,
      StepCount every,
      OmegaAfter omegaAfter,
      AfterSelection afterSelection,
      List<Round> rounds,
      @Nullable ExpansionSettings expansion,
      @Nullable AdaLora adalora) {
    public Selection {
      rounds = List.copyOf(rounds);
    }

    /** A selection of heads that have no triplets. */
    public Selection(
        Budget budget,
        Rule rule,
        StepCount at,
        StepCount every,
        OmegaAfter omegaAfter,
        AfterSelection afterSelection,
        List<Round> rounds,
        @Nullable ExpansionSettings expansion) {
      this(budget, rule, at, every, omegaAfter, afterSelection, rounds, expansion, null);
    }

    /** A selection ahead of the final one. */
    public record Round(StepCount at, int keep) {}

    /** No selection: all heads ({@code keep} 0), or {@code keep} heads drawn before the start. */
    public static Selection none(int keep) {
      StepCount never = StepCount.never();
      return new Selection(
          new Budget.Heads(keep),
          Rule.MAGNITUDE,
          never,
          never,
          OmegaAfter.FREEZE,
          AfterSelection.CONTINUE,
          List.of(),
          null);
    }

    /** All heads stay, with fewer and fewer triplets. */
    public static Selection ofTriplets(AdaLora adalora) {
      Selection all = none(0);
      return new Selection(
          all.budget,
          all.rule,
          all.at,
          all.every,
          all.omegaAfter,
          all.afterSelection,
          all.rounds,
          null,
          adalora);
    }

    /** K; 0 where all heads stay, or where a budget or the expansions say how many. */
    public int keep() {
      return budget instanceof Budget.Heads heads ? heads.count() : 0;
    }

    /** The selection of a run of so many steps. */
    public SelectionSettings resolve(long totalSteps) {
      return new SelectionSettings(
          budget,
          rule,
          at.resolve(totalSteps),
          every.resolve(totalSteps),
          omegaAfter,
          afterSelection,
          rounds.stream()
              .map(r -> new SelectionRound(r.at.resolve(totalSteps), new Budget.Heads(r.keep)))
              .toList(),
          expansion,
          adalora == null ? null : adalora.resolve(totalSteps));
    }
  }

  /**
   * AdaLoRA; {@link TripletSettings} and {@link TripletRule} say what the parts mean.
   *
   * @param warmup a number or share of the run's steps, like {@code rest}
   */
  public record AdaLora(
      double targetRank, StepCount warmup, StepCount rest, long every, TripletRule rule) {
    /** How many triplets stay in a run of so many steps. */
    public TripletSettings resolve(long totalSteps) {
      return new TripletSettings(
          targetRank, warmup.resolve(totalSteps), rest.resolve(totalSteps), every);
    }

    /** Triplets that so many heads end with, however long the run. */
    public int triplets(int heads) {
      return resolve(1).target(heads);
    }
  }

  /** The learning-rate schedule. */
  public record Schedule(ScheduleSettings.Kind kind, StepCount warmup) {
    /** The schedule of a run of so many steps. */
    public ScheduleSettings resolve(long totalSteps) {
      return new ScheduleSettings(kind, warmup.resolve(totalSteps));
    }
  }

  /** Steps or time between checkpoints; exactly one is positive. */
  public record Checkpoint(long everySteps, Duration everyTime) {}

  /**
   * Limits.
   *
   * @param maxBadSteps non-finite steps in a row before the run pauses itself
   * @param maxAttempts attempts without a new counted checkpoint before the run pauses itself
   * @param stepDeadline time without progress in a step after which silent workers lose their work
   */
  public record Failure(int maxBadSteps, int maxAttempts, Duration stepDeadline) {}

  /**
   * Compute slots of this node; 0 = one per core.
   *
   * @param determinism whether workers of another numerics fingerprint are refused
   */
  public record Workers(int count, boolean determinism) {}

  /**
   * A command that holds from a step on, as if it had been sent then.
   *
   * @param set configuration path to value, in the order of the paths; only {@link Steerable} ones
   */
  public record ScriptedCommand(long at, Map<String, String> set) {
    public ScriptedCommand {
      set = Collections.unmodifiableMap(new TreeMap<>(set)); // Map.copyOf has no stable order
    }
  }
}
