package io.winnow.it;

import io.winnow.actors.node.NodeConfig;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A node whose workers are slowed: {@code PacedNode MILLIS FACTOR TIMES node.conf path=value...}.
 * It stays until it is killed.
 */
public final class PacedNode {
  private PacedNode() {}

  /** Starts it; prints what {@code winnow node} prints when it is up. */
  public static void main(String[] arguments) {
    List<String> rest = new ArrayList<>(List.of(arguments));
    long millis = Long.parseLong(rest.remove(0));
    double factor = Double.parseDouble(rest.remove(0));
    Path times = Path.of(rest.remove(0));
    NodeConfig config = NodeConfig.read(Path.of(rest.remove(0)), rest);
    Bases bases = new Bases(config::model, null);
    PacedSweeps sweeps =
        new PacedSweeps(new BaseSweeps(bases), new PacedSweeps.Pace(millis, factor), times);
    WinnowNode node = WinnowNode.start(NodeSettings.of(config, new FolderPlanner(bases), sweeps));
    node.whenUp().thenRun(() -> System.out.println("node " + node.address() + " is up: paced"));
    node.whenEnded().toCompletableFuture().join();
  }
}
