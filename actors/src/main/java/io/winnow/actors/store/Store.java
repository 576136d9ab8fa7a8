package io.winnow.actors.store;

import com.typesafe.config.Config;
import io.winnow.protocol.RunId;
import java.util.Optional;

/** Where journal and checkpoints of a workspace lie, for as long as a node is open. */
public interface Store extends AutoCloseable {
  /**
   * Opens a store, and makes its tables where there are none.
   *
   * @throws io.winnow.model.compute.UserProblem if it is in use, cannot be reached, read or made
   */
  static Store open(StoreSettings settings) {
    if (settings instanceof StoreSettings.OneProcess file) {
      return StoreFile.open(file.folder());
    } else if (settings instanceof StoreSettings.OneHost file) {
      return SharedStoreFile.open(file.folder());
    } else if (settings instanceof StoreSettings.Server server) {
      return StoreServer.open(server);
    }
    throw new IllegalStateException("no store is opened by " + settings);
  }

  /** What Akka needs to know to use it. */
  Config config();

  /**
   * Deletes every blob of a run, also those of checkpoints that never counted. Blocks.
   *
   * @throws io.winnow.model.compute.UserProblem if the store refuses
   */
  void deleteBlobs(RunId run);

  /** The nodes that use it. */
  Residents residents();

  /** What ails the store, in words; empty = it can be written. Blocks. */
  Optional<String> problem();

  @Override
  void close();
}
