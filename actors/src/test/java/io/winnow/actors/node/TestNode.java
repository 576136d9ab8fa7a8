package io.winnow.actors.node;

import com.typesafe.config.ConfigFactory;
import io.winnow.actors.client.RunClient;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.registry.Admission;
import io.winnow.actors.store.CheckpointStore;
import io.winnow.actors.store.StoreSettings;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunView;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A whole node on a store of its own, with seams for faults. Bases are shared by all of a JVM. */
final class TestNode implements AutoCloseable {
  private static final Bases BASES = new Bases();

  final FaultyPost.Faults faults = new FaultyPost.Faults();
  final FaultySweeps sweeps = new FaultySweeps(new BaseSweeps(BASES));
  final FaultyStore.Full full = new FaultyStore.Full();
  final WinnowNode node;

  private TestNode(Path folder, int workers, boolean serializesMessages) {
    this.node =
        WinnowNode.start(
            new NodeSettings(
                folder.resolve("store"),
                workers,
                run -> true,
                new FolderPlanner(BASES),
                sweeps,
                faults::around,
                full::around,
                ConfigFactory.parseString(
                    "akka.actor.serialize-messages = " + serializesMessages)));
  }

  /** A member of a cluster in this JVM, on a store that it shares; its layers are handed off. */
  private TestNode(Path store, ClusterSettings cluster, int workers) {
    full.takeHandOffs();
    this.node =
        WinnowNode.start(
            new NodeSettings(
                new StoreSettings.OneHost(store),
                cluster,
                workers,
                new Admission.AtOnce(),
                run -> true,
                new FolderPlanner(BASES),
                sweeps,
                faults::around,
                full::around,
                ConfigFactory.parseString("akka.cluster.sharding.rebalance-interval = 1s")));
  }

  /** A node of these roles that joins others, or begins a cluster. */
  static TestNode join(Path store, List<ClusterSettings.Role> roles, List<NodeAddress> others) {
    ClusterSettings cluster =
        new ClusterSettings(
            new NodeAddress("127.0.0.1", 0),
            "",
            0,
            roles,
            others,
            Duration.ofMinutes(1),
            ClusterSettings.Timings.PATIENT,
            null);
    return new TestNode(store, cluster, roles.contains(ClusterSettings.Role.WORKER) ? 2 : 0);
  }

  /** A node whose messages are all serialised, as if they crossed the wire. */
  static TestNode start(Path folder, int workers) {
    return new TestNode(folder, workers, true);
  }

  /** A node whose messages travel by reference. */
  static TestNode startByReference(Path folder, int workers) {
    return new TestNode(folder, workers, false);
  }

  /** The planner of every test node. */
  static FolderPlanner planner() {
    return new FolderPlanner(BASES);
  }

  /** A run that is followed from before its first event. */
  FollowedRun follow(String name) {
    return new FollowedRun(this, new RunId(name));
  }

  /** Runs a configuration to its end and gives the adapters. */
  Map<String, String> finish(String name, String config) {
    FollowedRun run = follow(name);
    run.client().submit(config);
    run.awaitFinished();
    return adapters(run.id());
  }

  /** Digest of each live layer's blob of the newest counted checkpoint, and its version. */
  Map<String, String> adapters(RunId run) {
    RunView view = new RunClient(node, run).view();
    Map<String, String> digests = new TreeMap<>();
    digests.put("version", Long.toString(view.counted().version()));
    for (String layer : view.liveLayers()) {
      digests.put(layer, digest(blob(run, layer, view.counted())));
    }
    return digests;
  }

  /** A layer's blob of a checkpoint. */
  byte[] blob(RunId run, String layer, CheckpointId checkpoint) {
    return node.checkpoints()
        .load(new CheckpointStore.Key(run, layer, checkpoint))
        .toCompletableFuture()
        .join()
        .orElseThrow(() -> new AssertionError("no blob of " + layer + " at " + checkpoint));
  }

  private static String digest(byte[] blob) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(blob);
      return blob.length + " bytes " + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    node.close();
  }
}
