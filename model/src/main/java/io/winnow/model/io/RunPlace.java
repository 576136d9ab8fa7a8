package io.winnow.model.io;

import java.nio.file.Path;

/**
 * Where a run lives.
 *
 * @param runId its name in the store
 * @param folder the files a person reads
 * @param store the folder of the workspace's store; shared by the runs of a workspace
 */
public record RunPlace(String runId, RunFolder folder, Path store) {}
