package io.winnow.cli;

import io.winnow.actors.client.Bench;
import io.winnow.actors.client.LocalSweeps;
import io.winnow.actors.client.Merge;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.client.TaskModel;
import io.winnow.actors.client.TextGeneration;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.plan.Takeover;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.actors.plan.TaskSet;
import io.winnow.actors.plan.Writing;
import io.winnow.actors.plan.WritingSettings;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfig.Task.Scoring;
import io.winnow.model.generate.Cache;
import io.winnow.model.io.MergedModel;
import io.winnow.model.io.MergedType;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftProfile;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The engine over a node of this process: a cluster of one, with one worker per core. */
final class ActorEngine implements Engine {
  private final int cores = Runtime.getRuntime().availableProcessors();
  private ControlPort control = new ControlPort(ControlPort.OFF, problem -> {});
  private @Nullable Bases bases;

  private synchronized Bases bases() {
    if (bases == null) {
      bases = new Bases();
    }
    return bases;
  }

  @Override
  public List<UserProblem> check(RunConfig run) {
    return PlanCheck.problems(run);
  }

  @Override
  public List<UserProblem> checkMethod(RunConfig run, long steps) {
    return PlanCheck.problemsOfMethod(run, steps);
  }

  @Override
  public RunOutlook outlook(RunConfig run) {
    TaskHead head = TaskEncoding.head(run, TaskEncoding.labels(run));
    int heads = PlanCheck.trainable(run, head).adapters().size();
    return new RunOutlook(heads, PlanCheck.totalSteps(run));
  }

  @Override
  public List<String> classes(RunConfig run) {
    return TaskEncoding.labels(run);
  }

  @Override
  public void control(ControlPort port) {
    control = port;
  }

  @Override
  public RunGroup group(Path store, int workers) {
    return new NodeRuns(store, workers, bases(), control);
  }

  @Override
  public RunHandle train(RunConfig run, RunPlace place, RunListener listener) {
    return alone(run, place, runs -> runs.train(run, place, listener));
  }

  @Override
  public RunHandle resume(RunConfig found, RunPlace place, RunListener listener) {
    return alone(found, place, runs -> runs.resume(found, place, listener));
  }

  /** A run on a node of its own, which is closed when the run ends. */
  private RunHandle alone(RunConfig run, RunPlace place, Function<RunGroup, RunHandle> begin) {
    RunGroup group = group(place.store(), workers(run));
    try {
      return new RunAlone(group, begin.apply(group));
    } catch (RuntimeException failure) {
      group.close();
      throw failure;
    }
  }

  private record RunAlone(RunGroup group, RunHandle run) implements RunHandle {
    @Override
    public RunEnd await() throws InterruptedException {
      try {
        return run.await();
      } finally {
        group.close();
      }
    }

    @Override
    public void stop() {
      run.stop();
    }
  }

  @Override
  public int workers(RunConfig run) {
    return run.workers().count() > 0 ? run.workers().count() : cores;
  }

  /** Opens a run's store without working on it, and hands what it holds to {@code use}. */
  private <T> T stored(RunPlace place, BiFunction<WinnowNode, RunView, T> use) {
    try (WinnowNode node = WinnowNode.start(atRest(place))) {
      RunView view = new RunClient(node, new RunId(place.runId())).view();
      if (!NodeRuns.isKnown(view)) {
        throw UserProblem.failure(
            place.folder().path()
                + " was interrupted before it began; begin it by: winnow resume "
                + place.folder().path());
      }
      return use.apply(node, view);
    }
  }

  private NodeSettings atRest(RunPlace place) {
    return new NodeSettings(
        place.store(), 0, run -> false, new FolderPlanner(bases()), new BaseSweeps(bases()));
  }

  @Override
  public SortedMap<String, Double> evaluate(RunPlace place, @Nullable Path data) {
    return evaluate(TaskModel.of(stored(place, StoredRun::read)), data);
  }

  @Override
  public SortedMap<String, Double> evaluate(
      RunConfig settings, @Nullable Path adapter, @Nullable Path data) {
    return evaluate(TaskModel.of(settings, adapter), data);
  }

  private SortedMap<String, Double> evaluate(TaskModel model, @Nullable Path data) {
    Path file = model.evaluated(data);
    SortedMap<String, Double> metrics = model.evaluate(new BaseSweeps(bases()), file, cores);
    Scoring scoring = model.config().task().scoring();
    if (scoring != Scoring.NONE) {
      try (Writing writing = model.encoding().writing()) {
        metrics.putAll(writer(model, writing, Map.of(), Cache.ON).score(file, scoring));
      }
    }
    return metrics;
  }

  @Override
  public void predict(RunPlace place, Path data, Consumer<String> rows) {
    TaskModel model = TaskModel.of(stored(place, StoredRun::read));
    try (TaskEncoding encoding = model.encoding()) {
      TaskSet set = encoding.unlabelled(data);
      LocalSweeps sweeps = model.sweeps(new BaseSweeps(bases()));
      LocalSweeps.Outcome outcome = sweeps.evaluate(set.examples(), cores);
      set.predictions(outcome.outputs(), LocalSweeps.BATCH).forEach(rows);
    }
  }

  @Override
  public void generate(GenerationRequest request, Consumer<String> lines) {
    if (Files.isRegularFile(request.source().resolve("config.json"))) {
      ModelWriting.open(request, bases(), cores).write(request, lines);
      return;
    }
    if (request.adapter() != null) {
      throw UserProblem.usage("--adapter goes with a model folder; a run has its own");
    }
    TaskModel model =
        TaskModel.of(stored(Workspace.existingRun(request.source()), StoredRun::read));
    try (Writing writing = model.encoding().writing()) {
      writer(model, writing, request.settings(), request.cache()).write(request, lines);
    }
  }

  private TextWriter writer(
      TaskModel model, Writing writing, Map<String, String> settings, Cache cache) {
    var generation =
        new TextGeneration(new BaseSweeps(bases()), model.sweepPlan(), model.parameters(), cache);
    return new TextWriter(generation, writing, WritingSettings.of(model.config(), settings), cores);
  }

  @Override
  public List<String> export(RunPlace place, Path target, ExportProfile profile) {
    PeftAdapter.requireFree(target); // at once: what is exported takes a while to read
    StoredRun run = stored(place, StoredRun::read);
    run.export(target, PeftProfile.valueOf(profile.name()));
    long kept = run.heads().stream().filter(h -> h.kept()).count();
    return List.of(
        "wrote " + kept + " heads of step " + run.step() + " to " + target,
        "  adapter_config.json, adapter_model.safetensors (PEFT), weightlora.json (omega, step)");
  }

  @Override
  public List<String> merge(RunPlace place, Path target, MergedType type) {
    Merge merge = new Merge(target, type);
    StoredRun run = stored(place, StoredRun::read);
    return merged(merge.of(run), "of step " + run.step() + " ", target);
  }

  @Override
  public List<String> merge(Path adapter, Path base, Path target, MergedType type) {
    return merged(new Merge(target, type).of(adapter, base), "", target);
  }

  private static List<String> merged(MergedModel.Written written, String when, Path target) {
    return List.of(
        "folded %s %sinto the base: %s"
            .formatted(Words.count(written.heads(), "head"), when, target),
        "  config.json, %s of weights (%s), the tokenizer's files"
            .formatted(Words.count(written.files(), "file"), Words.bytes(written.bytes())));
  }

  @Override
  public List<String> takeover(RunConfig run) {
    return TakeoverReport.lines(Takeover.of(run));
  }

  @Override
  public List<String> inspect(Path folder, HeadsView view) {
    if (Files.isRegularFile(folder.resolve("run.conf"))) {
      RunPlace place = Workspace.existingRun(folder);
      return Inspection.run(stored(place, StoredRun::read), view);
    } else if (Files.isRegularFile(folder.resolve("adapter_config.json"))) {
      return Inspection.adapter(folder, view);
    } else if (Files.isRegularFile(folder.resolve("config.json"))) {
      return Inspection.model(folder);
    }
    throw UserProblem.usage(
        folder
            + " is no run (run.conf), no adapter (adapter_config.json) and no model"
            + " (config.json)");
  }

  @Override
  public void remove(RunPlace place) {
    try (WinnowNode node = WinnowNode.start(atRest(place))) {
      RunClient client = new RunClient(node, new RunId(place.runId()));
      if (NodeRuns.isKnown(client.view())) {
        client.remove();
      }
    }
  }

  @Override
  public Map<String, Object> bench(String shape, int steps) {
    return new Bench(shape, steps, cores).run();
  }

  @Override
  public synchronized void close() {
    if (bases != null) {
      bases.close();
      bases = null;
    }
  }
}
