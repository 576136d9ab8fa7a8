package io.winnow.actors.node;

/** Something that a node offers beside its actors, such as HTTP: started once the node is up. */
@FunctionalInterface
public interface NodeService {
  /** Starts it; what it returns is closed before the node leaves. */
  AutoCloseable start(WinnowNode node, NodeConfig config);
}
