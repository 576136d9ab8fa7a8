package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.MergedType;
import io.winnow.model.io.RunPlace;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the commands let happen. Making one is cheap: actors, native code and models start with the
 * first call that needs them. All methods throw {@link UserProblem} for what a user can mend.
 */
public interface Engine extends AutoCloseable {

  /**
   * What only the data and the headers of the model tell: K above the number of heads, an unknown
   * family, a column that is not there. Reads no weights.
   */
  List<UserProblem> check(RunConfig run);

  /**
   * What is wrong with a run that differs by its method alone from one that was checked.
   *
   * @param steps of that run
   */
  List<UserProblem> checkMethod(RunConfig run, long steps);

  /** Names of the classes by index, as the training file has them; empty where there are none. */
  List<String> classes(RunConfig run);

  /** Whether and where runs that begin from now on can be steered; not at all otherwise. */
  void control(ControlPort port);

  /** Begins a run; the folder exists, is locked by the caller and holds run.conf. */
  RunHandle train(RunConfig run, RunPlace place, RunListener listener);

  /**
   * Goes on with a run from its last counted checkpoint, as far as it can with another
   * configuration than it has; run.conf then says what holds. The folder is locked by the caller.
   *
   * @param run what run.conf says, and what was set on the command line
   */
  RunHandle resume(RunConfig run, RunPlace place, RunListener listener);

  /**
   * Runs of one workspace that are worked on together; the caller closes it.
   *
   * @param store folder of the workspace's store
   * @param workers compute slots that they share
   */
  RunGroup group(Path store, int workers);

  /** Compute slots that a run asks for: as it says, or one per core. */
  int workers(RunConfig run);

  /** What a run is before it begins. Reads the data and the headers of the model. */
  RunOutlook outlook(RunConfig run);

  /** Metrics of a finished run on labelled examples; null = the run's own validation file. */
  SortedMap<String, Double> evaluate(RunPlace place, @Nullable Path data);

  /**
   * Metrics of the model folder that {@code model.path} names, on labelled examples.
   *
   * @param adapter a PEFT folder for it; null = none
   * @param data null = the validation file of the settings
   */
  SortedMap<String, Double> evaluate(
      RunConfig settings, @Nullable Path adapter, @Nullable Path data);

  /** One tab-separated row per example, a header first, as soon as it is computed. */
  void predict(RunPlace place, Path data, Consumer<String> rows);

  /** Writes text: a line per prompt, or a header and a tab-separated row per example of a file. */
  void generate(GenerationRequest request, Consumer<String> lines);

  /** Writes the adapter of a run for PEFT and others; the lines say what was written. */
  List<String> export(RunPlace place, Path target, ExportProfile profile);

  /** Folds what a run learned into its base; the lines say what was written. */
  List<String> merge(RunPlace place, Path target, MergedType type);

  /** Folds a PEFT folder into its base. */
  List<String> merge(Path adapter, Path base, Path target, MergedType type);

  /** What a run with {@code method.start-from} begins with, for a person. Reads no weights. */
  List<String> takeover(RunConfig run);

  /** What a run, adapter or model folder holds, for a person. */
  List<String> inspect(Path folder, HeadsView view);

  /** Deletes what the store holds of a run; the folder is locked by the caller. */
  void remove(RunPlace place);

  /** Times training steps on random weights of a known shape; names with their unit to values. */
  Map<String, Object> bench(String shape, int steps);

  /** Stops what was started. Does nothing the second time. */
  @Override
  void close();

  /**
   * How heads are shown.
   *
   * @param columns width of a line
   */
  record HeadsView(Form form, int columns) {
    /** As a grid of blocks and modules, or a line for each. */
    public enum Form {
      GRID,
      LIST
    }
  }

  /** Who shall be able to read an exported adapter. */
  enum ExportProfile {
    /** Every reader: survivors padded with zeros to one rank, omega folded into B. */
    PORTABLE,
    /** Smallest: each head with its own rank. PEFT and llama.cpp read it right, vLLM does not. */
    COMPACT
  }
}
