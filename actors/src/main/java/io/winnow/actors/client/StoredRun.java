package io.winnow.actors.client;

import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.plan.StartingPoint;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.actors.run.FingerprintCheck;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.ExportInfo;
import io.winnow.model.io.LayerSnapshot;
import io.winnow.model.io.ModelFolder;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftProfile;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.RunView;
import io.winnow.protocol.SweepPlan;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a run has learned, read back from its newest counted checkpoint or its best one. */
public final class StoredRun {
  private final RunConfig config;
  private final CheckpointId checkpoint;
  private final List<String> labels;
  private final TrainableSpec trainable;
  private final List<LayerState> layers;

  private StoredRun(
      RunConfig config,
      CheckpointId checkpoint,
      List<String> labels,
      TrainableSpec trainable,
      List<LayerState> layers) {
    this.config = config;
    this.checkpoint = checkpoint;
    this.labels = labels;
    this.trainable = trainable;
    this.layers = layers;
  }

  /**
   * What a run's newest counted checkpoint holds.
   *
   * @throws UserProblem if the run has no checkpoint yet, or a blob is missing or damaged
   */
  public static StoredRun read(WinnowNode node, RunView view) {
    if (view.counted().equals(CheckpointId.START)) {
      throw UserProblem.failure(
          "run '" + view.run() + "' has no checkpoint yet; let it run until the first one");
    }
    return read(node, view, view.counted(), view.liveLayers());
  }

  /** What the checkpoint of a run's best evaluation holds; the run must have one. */
  public static StoredRun best(WinnowNode node, RunView view) {
    return read(node, view, view.best(), view.bestLayers());
  }

  private static StoredRun read(
      WinnowNode node, RunView view, CheckpointId checkpoint, List<String> live) {
    RunConfig config = RunConfigReader.readText(view.config(), "run " + view.run());
    String mismatch =
        FingerprintCheck.adapterMismatch(
            view.dataFingerprint(),
            FingerprintCheck.ofExamples("", StartingPoint.fingerprint(config)));
    if (!mismatch.isEmpty()) {
      throw UserProblem.failure("run " + view.run() + ": " + mismatch);
    }
    List<String> labels = TaskEncoding.labels(config);
    TrainableSpec trainable = PlanCheck.trainable(config, TaskEncoding.head(config, labels));
    List<LayerState> layers =
        trainable.layers().stream()
            .filter(layer -> live.contains(layer.id().name()))
            .map(
                layer ->
                    layer(
                        node,
                        new CheckpointStore.Key(view.run(), layer.id().name(), checkpoint),
                        FolderPlanner.layerPlan(config, layer)))
            .toList();
    return new StoredRun(config, checkpoint, labels, trainable, layers);
  }

  private static LayerState layer(WinnowNode node, CheckpointStore.Key key, LayerPlan plan) {
    long step = key.checkpoint().version();
    byte[] blob =
        node.checkpoints()
            .load(key)
            .toCompletableFuture()
            .join()
            .orElseThrow(
                () ->
                    UserProblem.failure(
                        "the store has no checkpoint of layer "
                            + key.layer()
                            + " at step "
                            + step
                            + "; it does not belong to this run"));
    return LayerSnapshot.read(plan, step, blob);
  }

  public RunConfig config() {
    return config;
  }

  /** Step of the checkpoint. */
  public long step() {
    return checkpoint.version();
  }

  /** Names of the classes by index; empty for regression. */
  public List<String> labels() {
    return labels;
  }

  /** What the run trained at its start. */
  public TrainableSpec trainable() {
    return trainable;
  }

  /** The layers that live, in layer order. */
  public List<LayerState> layers() {
    return layers;
  }

  /** All heads of the run in order; those that were dropped with omega 0 and rank 0. */
  public List<HeadView> heads() {
    Map<String, HeadState> live = new HashMap<>();
    layers.forEach(l -> l.heads().forEach(h -> live.put(h.spec().id().module(), h)));
    return trainable.adapters().stream().map(spec -> head(spec, live)).toList();
  }

  private static HeadView head(AdapterSpec spec, Map<String, HeadState> live) {
    HeadState head = live.get(spec.id().module());
    boolean kept = head != null && head.omega().value() != 0f && head.rank() > 0;
    return new HeadView(
        spec.id().module(), kept ? head.omega().value() : 0f, kept ? head.rank() : 0, kept);
  }

  /** What sweeps over this run's model need. */
  public SweepPlan sweepPlan() {
    return FolderPlanner.sweepPlan(config, trainable, TaskEncoding.head(config, labels));
  }

  /** Writes the adapter in PEFT's format. */
  public void export(Path target, PeftProfile profile) {
    PeftAdapter.export(
        target, trainable, layers.stream().map(LayerState::exported).toList(), info(profile));
  }

  private String taskType() {
    return switch (config.task().kind()) {
      case CLASSIFICATION, REGRESSION -> "SEQ_CLS";
      case QUESTION_ANSWERING -> "QUESTION_ANS";
      case SEQ2SEQ -> "SEQ_2_SEQ_LM";
      case CAUSAL_LM, INSTRUCTION -> "CAUSAL_LM";
    };
  }

  private ExportInfo info(PeftProfile profile) {
    try (ModelFolder model = ModelFolder.open(config.model().path())) {
      return new ExportInfo(
          profile,
          new ExportInfo.Base(config.model().path().toString(), model.fingerprint()),
          taskType(),
          config.method().name().text(),
          config.method().alpha(),
          config.method().rank(),
          config.selection().keep(),
          config.seed(),
          step(),
          Math.max(1, labels.size()),
          labels,
          List.of());
    }
  }
}
