package io.winnow.actors.client;

import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.ModelFacts;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.actors.plan.TaskSet;
import io.winnow.actors.worker.SweepFactory;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.SweepPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A model that can do a task: the base of a run with what the run learned, or any model folder,
 * with or without a PEFT adapter, under the settings of a run.conf.
 *
 * @param config task, data and model; {@code model.path} is where the base lies
 * @param labels names of the classes by index; empty for other tasks
 * @param trainable heads and tensors that are bound to the base
 * @param parameters their values
 */
public record TaskModel(
    RunConfig config,
    List<String> labels,
    TrainableSpec trainable,
    List<LayerParameters> parameters) {
  private static final TrainableSpec NOTHING = new TrainableSpec(List.of());

  public TaskModel {
    labels = List.copyOf(labels);
    parameters = List.copyOf(parameters);
  }

  /** A run's base with what the run learned. */
  public static TaskModel of(StoredRun run) {
    return new TaskModel(
        run.config(),
        run.labels(),
        run.trainable(),
        run.layers().stream().map(LayerState::published).toList());
  }

  /**
   * A model folder, which {@code model.path} of the settings names.
   *
   * @param adapter a PEFT folder for this model; null = none
   * @throws UserProblem if the model is of a family that does not do the task, its task head is not
   *     there, or the adapter does not fit
   */
  public static TaskModel of(RunConfig config, @Nullable Path adapter) {
    try (ModelFolder folder = ModelFolder.open(config.model().path())) {
      ModelFacts facts = new ModelFacts(folder.path(), folder.config());
      List<String> labels = ClassNames.of(config, facts);
      TaskHead head = TaskEncoding.head(config, labels);
      Architecture architecture = architecture(folder, head);
      if (adapter == null) {
        requireHead(architecture, folder, NOTHING);
        return new TaskModel(config, labels, NOTHING, List.of());
      }
      ImportedAdapter imported = imported(PeftAdapter.read(adapter), adapter, architecture);
      requireHead(architecture, folder, imported.trainable());
      return new TaskModel(config, labels, imported.trainable(), imported.parameters());
    }
  }

  private static Architecture architecture(ModelFolder folder, TaskHead head) {
    try {
      Architecture architecture = Architecture.of(folder.config(), head);
      FrozenBase.requireComplete(architecture, folder);
      return architecture;
    } catch (UserProblem problem) {
      throw UserProblem.failure(folder.path() + ": " + problem.getMessage(), problem);
    }
  }

  /** An adapter on its model; {@code folder} names it in messages. */
  static ImportedAdapter imported(PeftAdapter adapter, Path folder, Architecture architecture) {
    try {
      return ImportedAdapter.of(adapter, architecture);
    } catch (UserProblem problem) {
      throw UserProblem.failure(folder + ": " + problem.getMessage(), problem);
    }
  }

  private static void requireHead(
      Architecture architecture, ModelFolder folder, TrainableSpec brought) {
    List<String> there =
        brought.layers().stream().flatMap(l -> l.tensors().stream()).map(TensorSpec::name).toList();
    List<String> missing =
        FrozenBase.missingHead(architecture, folder).stream()
            .filter(name -> !there.contains(name))
            .toList();
    if (!missing.isEmpty()) {
      throw UserProblem.failure(
          "%s has no trained head for this task: %s missing; its metrics would be those of chance. Give a merged model (winnow merge), or --adapter with an adapter that has them"
              .formatted(
                  folder.path(),
                  String.join(", ", missing) + (missing.size() > 1 ? " are" : " is")));
    }
  }

  /** Reads and scores data for this model; the caller closes. */
  public TaskEncoding encoding() {
    return TaskEncoding.open(config, ModelFacts.of(config.model().path()), labels);
  }

  /** What sweeps over this model need. */
  public SweepPlan sweepPlan() {
    return FolderPlanner.sweepPlan(config, trainable, TaskEncoding.head(config, labels));
  }

  /** Forward sweeps over this model. */
  public LocalSweeps sweeps(SweepFactory factory) {
    return new LocalSweeps(factory, sweepPlan(), parameters);
  }

  /**
   * The file to evaluate on: the given one, or the settings' validation file.
   *
   * @throws UserProblem (exit code 2) if there is neither
   */
  public Path evaluated(@Nullable Path data) {
    Path file = data == null ? config.data().validation() : data;
    if (file == null) {
      throw UserProblem.usage("there is no validation file (data.validation); give --data FILE");
    }
    return file;
  }

  /** The task's metrics on labelled examples by name, and {@code loss}, the mean of a target. */
  public SortedMap<String, Double> evaluate(SweepFactory factory, Path file, int threads) {
    try (TaskEncoding encoding = encoding()) {
      TaskSet set = encoding.labelled(file);
      LocalSweeps.Outcome outcome = sweeps(factory).evaluate(set.examples(), threads);
      SortedMap<String, Double> metrics =
          new TreeMap<>(set.score(outcome.outputs(), LocalSweeps.BATCH));
      metrics.put("loss", outcome.loss());
      return metrics;
    }
  }
}
