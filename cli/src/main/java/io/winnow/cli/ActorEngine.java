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
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.actors.plan.TaskSet;
import io.winnow.actors.plan.Writing;
import io.winnow.actors.plan.WritingSettings;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfig.Task.Scoring;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.generate.Cache;
import io.winnow.model.io.MergedModel;
import io.winnow.model.io.MergedType;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftProfile;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
  public List<String> classes(RunConfig run) {
    return TaskEncoding.labels(run);
  }

  @Override
  public void control(ControlPort port) {
    control = port;
  }

  @Override
  public RunHandle train(RunConfig run, RunPlace place, RunListener listener) {
    WinnowNode node = node(run, place, id -> true);
    return closedOnFailure(
        node,
        () ->
            follow(
                new Following(node, run, place, listener),
                client -> client.submit(RunConfigWriter.render(run))));
  }

  @Override
  public RunHandle resume(RunConfig found, RunPlace place, RunListener listener) {
    AtomicBoolean isSettled = new AtomicBoolean(); // until then the run must not go on by itself
    WinnowNode node = node(found, place, run -> isSettled.get());
    return closedOnFailure(
        node,
        () -> {
          RunClient client = new RunClient(node, new RunId(place.runId()));
          RunView known = client.view();
          Resuming resuming = new Resuming(place, client, bases());
          if (isKnown(known)) {
            RunConfig run = resuming.with(known, found, listener);
            return follow(
                new Following(node, run, place, listener),
                c -> {
                  isSettled.set(true);
                  c.resume();
                });
          }
          resuming.requireUsable(found); // a kill before the first journal entry: only run.conf
          String config = RunConfigWriter.render(found);
          place.folder().write(place.folder().runConf(), config);
          isSettled.set(true);
          return follow(new Following(node, found, place, listener), c -> c.submit(config));
        });
  }

  private static boolean isKnown(RunView view) {
    return view.status() != RunStatus.UNKNOWN && view.status() != RunStatus.REMOVED;
  }

  /** Who follows which run on which node. */
  private record Following(WinnowNode node, RunConfig run, RunPlace place, RunListener listener) {}

  private RunHandle follow(Following f, Consumer<RunClient> begin) {
    RunClient client = new RunClient(f.node, new RunId(f.place.runId()));
    RunFollower follower =
        new RunFollower(f.node, client, f.place, f.run, f.listener, workers(f.run));
    follower.begin(begin);
    return RunControl.over(follower, f.node, f.place, control);
  }

  private int workers(RunConfig run) {
    return run.workers().count() > 0 ? run.workers().count() : cores;
  }

  /** A node that works on the run of a place, where {@code works} lets it. */
  private WinnowNode node(RunConfig run, RunPlace place, Predicate<RunId> works) {
    RunId id = new RunId(place.runId());
    return WinnowNode.start(
        new NodeSettings(
            place.store(),
            workers(run),
            works.and(id::equals),
            new FolderPlanner(bases()),
            new BaseSweeps(bases())));
  }

  private static RunHandle closedOnFailure(WinnowNode node, Supplier<RunHandle> begin) {
    try {
      return begin.get();
    } catch (RuntimeException failure) {
      node.close();
      throw failure;
    }
  }

  /** Opens a run's store without working on it, and hands what it holds to {@code use}. */
  private <T> T stored(RunPlace place, BiFunction<WinnowNode, RunView, T> use) {
    try (WinnowNode node = WinnowNode.start(atRest(place))) {
      RunView view = new RunClient(node, new RunId(place.runId())).view();
      if (!isKnown(view)) {
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
  public List<String> inspect(Path folder) {
    if (Files.isRegularFile(folder.resolve("run.conf"))) {
      RunPlace place = Workspace.existingRun(folder);
      return Inspection.run(stored(place, StoredRun::read));
    } else if (Files.isRegularFile(folder.resolve("adapter_config.json"))) {
      return Inspection.adapter(folder);
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
      if (isKnown(client.view())) {
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
