package io.winnow.cli;

import io.winnow.actors.client.Bench;
import io.winnow.actors.client.LocalSweeps;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.client.StoredRun;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.plan.TaskData;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.actors.run.Evaluation;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.data.EncodedDataset;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
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
  public List<String> classes(RunConfig run) {
    return TaskData.labelNames(run);
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
    return follower;
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
    StoredRun run = stored(place, StoredRun::read);
    Path file = data == null ? run.config().data().validation() : data;
    if (file == null) {
      throw UserProblem.usage("the run has no validation file; give --data FILE");
    }
    try (TaskEncoding encoding = encoding(run)) {
      EncodedDataset examples = encoding.labelled(file);
      Evaluation evaluation = encoding.evaluation(examples);
      LocalSweeps.Outcome outcome = sweeps(run).evaluate(evaluation.examples(), cores);
      SortedMap<String, Double> metrics = new TreeMap<>(evaluation.score(outcome.logits()));
      metrics.put("loss", outcome.lossSum() / examples.size());
      return metrics;
    }
  }

  private static TaskEncoding encoding(StoredRun run) {
    return TaskEncoding.open(run.config(), PlanCheck.vocabulary(run.config()), run.labels());
  }

  private LocalSweeps sweeps(StoredRun run) {
    return new LocalSweeps(
        new BaseSweeps(bases()),
        run.sweepPlan(),
        run.layers().stream().map(LayerState::published).toList());
  }

  @Override
  public void predict(RunPlace place, Path data, Consumer<String> rows) {
    StoredRun run = stored(place, StoredRun::read);
    try (TaskEncoding encoding = encoding(run)) {
      EncodedDataset examples = encoding.unlabelled(data);
      LocalSweeps.Outcome outcome = sweeps(run).evaluate(TaskEncoding.examples(examples), cores);
      Predictions.rows(outcome.logits(), run.labels()).forEach(rows);
    }
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
