package io.winnow.cli;

import io.winnow.actors.client.Bench;
import io.winnow.actors.client.LocalSweeps;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.client.TextGeneration;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.ModelFacts;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.actors.plan.TaskSet;
import io.winnow.actors.plan.Writing;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.io.PeftProfile;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import io.winnow.model.train.LayerState;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The engine over a node of this process: a cluster of one, with one worker per core. */
final class ActorEngine implements Engine {
  private final int cores = Runtime.getRuntime().availableProcessors();
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
  public RunHandle train(RunConfig run, RunPlace place, RunListener listener) {
    return follow(run, place, listener, client -> client.submit(RunConfigWriter.render(run)));
  }

  @Override
  public RunHandle resume(RunPlace place, RunListener listener) {
    RunConfig run = RunConfigReader.read(place.folder().runConf(), List.of());
    String config = RunConfigWriter.render(run);
    return follow(
        run,
        place,
        listener,
        client -> {
          RunView known = client.view();
          if (isKnown(known)) {
            requireSame(place, asRendered(known.config()), config);
            client.resume();
          } else {
            client.submit(config); // a kill before the first journal entry left only run.conf
          }
        });
  }

  private static boolean isKnown(RunView view) {
    return view.status() != RunStatus.UNKNOWN && view.status() != RunStatus.REMOVED;
  }

  /** As this version writes it, whatever version journalled it. */
  private static String asRendered(String journalled) {
    return RunConfigWriter.render(RunConfigReader.readText(journalled, "the journal"));
  }

  private static void requireSame(RunPlace place, String journalled, String found) {
    if (!journalled.equals(found)) {
      throw UserProblem.usage(
          place.folder().runConf()
              + " was changed after the run began, and a run goes on as it"
              + " began; undo the change, or begin a new run with it: winnow train "
              + place.folder().runConf());
    }
  }

  private RunHandle follow(
      RunConfig run, RunPlace place, RunListener listener, Consumer<RunClient> begin) {
    RunId id = new RunId(place.runId());
    int workers = run.workers().count() > 0 ? run.workers().count() : cores;
    WinnowNode node =
        WinnowNode.start(
            new NodeSettings(
                place.store(),
                workers,
                id::equals,
                new FolderPlanner(bases()),
                new BaseSweeps(bases())));
    try {
      RunFollower follower =
          new RunFollower(node, new RunClient(node, id), place, run, listener, workers);
      follower.begin(begin);
      return follower;
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
    StoredRun run = stored(place, StoredRun::read);
    Path file = data == null ? run.config().data().validation() : data;
    if (file == null) {
      throw UserProblem.usage("the run has no validation file; give --data FILE");
    }
    try (TaskEncoding encoding = encoding(run)) {
      TaskSet set = encoding.labelled(file);
      LocalSweeps.Outcome outcome = sweeps(run).evaluate(set.examples(), cores);
      SortedMap<String, Double> metrics =
          new TreeMap<>(set.score(outcome.outputs(), LocalSweeps.BATCH));
      metrics.put("loss", outcome.loss());
      return metrics;
    }
  }

  private static TaskEncoding encoding(StoredRun run) {
    return TaskEncoding.open(
        run.config(), ModelFacts.of(run.config().model().path()), run.labels());
  }

  private LocalSweeps sweeps(StoredRun run) {
    return new LocalSweeps(new BaseSweeps(bases()), run.sweepPlan(), published(run));
  }

  private static List<LayerParameters> published(StoredRun run) {
    return run.layers().stream().map(LayerState::published).toList();
  }

  @Override
  public void predict(RunPlace place, Path data, Consumer<String> rows) {
    StoredRun run = stored(place, StoredRun::read);
    try (TaskEncoding encoding = encoding(run)) {
      TaskSet set = encoding.unlabelled(data);
      LocalSweeps.Outcome outcome = sweeps(run).evaluate(set.examples(), cores);
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
    StoredRun run = stored(Workspace.existingRun(request.source()), StoredRun::read);
    try (Writing writing = encoding(run).writing()) {
      writer(run, writing, request).write(request, lines);
    }
  }

  private TextWriter writer(StoredRun run, Writing writing, GenerationRequest request) {
    var generation =
        new TextGeneration(
            new BaseSweeps(bases()), run.sweepPlan(), published(run), request.cache());
    ModelFacts model = ModelFacts.of(run.config().model().path());
    var settings = TextWriter.settings(model, run.config().generation(), request.settings());
    return new TextWriter(generation, writing, settings, cores);
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
