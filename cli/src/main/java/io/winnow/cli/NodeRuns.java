package io.winnow.cli;

import io.winnow.actors.client.RunClient;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.RunPlace;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Runs on a node of this process: a cluster of one that works on these runs and no others. */
final class NodeRuns implements RunGroup {
  private final Bases bases;
  private final ControlPort control;
  private final int workers;
  private final Set<RunId> working = ConcurrentHashMap.newKeySet();
  private final WinnowNode node;

  /**
   * Starts the node.
   *
   * @param store folder of the workspace's store
   * @param control where each of the runs can be steered
   * @param bases closed by the caller, after this
   */
  NodeRuns(Path store, int workers, Bases bases, ControlPort control) {
    this.control = control;
    this.bases = bases;
    this.workers = workers;
    this.node =
        WinnowNode.start(
            new NodeSettings(
                store,
                workers,
                working::contains,
                new FolderPlanner(bases),
                new BaseSweeps(bases)));
  }

  static boolean isKnown(RunView view) {
    return view.status() != RunStatus.UNKNOWN && view.status() != RunStatus.REMOVED;
  }

  @Override
  public RunHandle train(RunConfig run, RunPlace place, RunListener listener) {
    return follow(run, place, listener, client -> client.submit(RunConfigWriter.render(run)));
  }

  @Override
  public RunHandle resume(RunConfig found, RunPlace place, RunListener listener) {
    RunClient client = new RunClient(node, new RunId(place.runId()));
    RunView known = client.view();
    Resuming resuming = new Resuming(place, client, bases);
    if (isKnown(known)) {
      RunConfig run = resuming.with(known, found, listener);
      return follow(run, place, listener, RunClient::resume);
    }
    resuming.requireUsable(found); // a kill before the first journal entry: only run.conf
    place.folder().write(place.folder().runConf(), RunConfigWriter.render(found));
    return train(found, place, listener);
  }

  /** Only from here on may the run go on by itself: its configuration is settled. */
  private RunHandle follow(
      RunConfig run, RunPlace place, RunListener listener, Consumer<RunClient> begin) {
    RunId id = new RunId(place.runId());
    RunFollower follower =
        new RunFollower(node, place, listener, new Translation(place, run, workers));
    working.add(id);
    follower.begin(begin);
    return new Worked(RunControl.over(follower, node, place, control), id);
  }

  @Override
  public void close() {
    node.close();
  }

  /** Once it has ended, a run is left alone. */
  private final class Worked implements RunHandle {
    private final RunHandle run;
    private final RunId id;

    Worked(RunHandle run, RunId id) {
      this.run = run;
      this.id = id;
    }

    @Override
    public RunEnd await() throws InterruptedException {
      try {
        return run.await();
      } finally {
        working.remove(id);
      }
    }

    @Override
    public void stop() {
      run.stop();
    }
  }
}
