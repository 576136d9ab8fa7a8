package io.winnow.actors.bench;

import io.winnow.actors.node.Post;
import io.winnow.protocol.CoordinatorMessage;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.RegistryMessage;
import io.winnow.protocol.RunId;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is said to layers and coordinators. Safe from any thread. */
final class CountingPost {
  private final LongAdder posted = new LongAdder();

  long posted() {
    return posted.sum();
  }

  /** The same post, counted. */
  Post around(Post post) {
    return new Post() {
      @Override
      public void toLayer(RunId run, String layer, LayerCommand command) {
        posted.increment();
        post.toLayer(run, layer, command);
      }

      @Override
      public void toCoordinator(RunId run, CoordinatorMessage message) {
        posted.increment();
        post.toCoordinator(run, message);
      }

      @Override
      public void toRegistry(RegistryMessage message) {
        post.toRegistry(message);
      }
    };
  }
}
