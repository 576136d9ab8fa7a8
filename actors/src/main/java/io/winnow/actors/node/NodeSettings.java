package io.winnow.actors.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.registry.Admission;
import io.winnow.actors.run.Planner;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.StoreSettings;
import io.winnow.actors.worker.SweepFactory;
import io.winnow.protocol.RunId;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What a node is started with.
 *
 * @param store the workspace's store
 * @param cluster how it meets other nodes
 * @param workers compute slots; 0 = the node does not compute
 * @param admission who may run at once
 * @param works which unfinished runs the node goes on with by itself
 * @param post what lies between actors and sharding; tests put their faults here
 * @param checkpoints what lies between layers and the store; likewise
 * @param overrides Akka settings that come before Winnow's own
 */
public record NodeSettings(
    StoreSettings store,
    ClusterSettings cluster,
    int workers,
    Admission admission,
    Predicate<RunId> works,
    Planner planner,
    SweepFactory sweeps,
    UnaryOperator<Post> post,
    UnaryOperator<CheckpointStore> checkpoints,
    Config overrides) {

  /** A node alone on a store that it has for itself, with faults between its actors. */
  public NodeSettings(
      Path store,
      int workers,
      Predicate<RunId> works,
      Planner planner,
      SweepFactory sweeps,
      UnaryOperator<Post> post,
      UnaryOperator<CheckpointStore> checkpoints,
      Config overrides) {
    this(
        new StoreSettings.OneProcess(store),
        ClusterSettings.ALONE,
        workers,
        new Admission.AtOnce(),
        works,
        planner,
        sweeps,
        post,
        checkpoints,
        overrides);
  }

  /** A node alone, with nothing between its actors. */
  public NodeSettings(
      Path store, int workers, Predicate<RunId> works, Planner planner, SweepFactory sweeps) {
    this(
        store,
        workers,
        works,
        planner,
        sweeps,
        UnaryOperator.identity(),
        UnaryOperator.identity(),
        ConfigFactory.empty());
  }

  /** A node of a cluster, which works on every run. */
  public static NodeSettings of(NodeConfig config, Planner planner, SweepFactory sweeps) {
    return new NodeSettings(
        config.store(),
        config.cluster(),
        config.workers(),
        new Admission.Queue(config.runsPerSlot()),
        run -> true,
        planner,
        sweeps,
        UnaryOperator.identity(),
        UnaryOperator.identity(),
        ConfigFactory.empty());
  }

  /** The same node in another cluster. */
  NodeSettings in(ClusterSettings other) {
    return new NodeSettings(
        store, other, workers, admission, works, planner, sweeps, post, checkpoints, overrides);
  }
}
