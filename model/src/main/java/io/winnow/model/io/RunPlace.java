package io.winnow.model.io;

import io.winnow.model.compute.FileProblems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a run lives.
 *
 * @param runId its name in the store
 * @param folder the files a person reads
 * @param store the folder of the workspace's store; shared by the runs of a workspace
 */
public record RunPlace(String runId, RunFolder folder, Path store) {
  /** Makes the folder of the store, still without one. */
  public void makeStore() {
    try {
      Files.createDirectories(store);
    } catch (IOException problem) {
      throw FileProblems.unwritable(store.toString(), problem);
    }
  }
}
