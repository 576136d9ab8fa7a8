package io.winnow.model.io;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of runs with one store, {@code .winnow}, for all of them. The folder name of a run is
 * its id. {@code --out DIR} makes a workspace of one run: folder and workspace are the same, and
 * the id is always {@link #ONLY_RUN}, so that DIR can be moved and renamed.
 */
public record Workspace(Path root) {
  /** Id of the run in a workspace of one run. */
  public static final String ONLY_RUN = "run";

  private static final String STORE = ".winnow";

  public Workspace {
    root = root.toAbsolutePath().normalize();
  }

  /** The place of a new run: {@code name}, or {@code name-2} and so on where that is taken. */
  public RunPlace newRun(String name) {
    String id = name;
    for (int i = 2; Files.exists(root.resolve(id)); i++) {
      id = name + "-" + i;
    }
    return run(id);
  }

  /** The place of the run of this name, whether there is one or not. */
  public RunPlace run(String id) {
    return new RunPlace(id, new RunFolder(root.resolve(id)), store());
  }

  /** Folder of the store. */
  public Path store() {
    return root.resolve(STORE);
  }

  /**
   * The place of a new run that is a workspace of its own.
   *
   * @throws UserProblem (exit code 2) if {@code out} holds a run, or files of something else
   */
  public static RunPlace onlyRun(Path out) {
    RunFolder folder = new RunFolder(out);
    if (folder.isRun()) {
      throw UserProblem.usage(out + " holds a run already; go on with it by: winnow resume " + out);
    }
    if (Files.isRegularFile(out) || Files.exists(folder.path().resolve(STORE))) {
      throw UserProblem.usage(out + " is in use for something else; give --out a new folder");
    }
    return new RunPlace(ONLY_RUN, folder, folder.path().resolve(STORE));
  }

  /**
   * The place of a run that exists.
   *
   * @param folder a run folder, in a workspace or on its own
   * @throws UserProblem (exit code 2) if there is no run
   */
  public static RunPlace existingRun(Path folder) {
    RunFolder run = new RunFolder(folder);
    if (!Files.isDirectory(run.path())) {
      throw UserProblem.usage(folder + ": no such folder");
    }
    if (!run.isRun()) {
      throw UserProblem.usage(folder + " is no run: it has no run.conf");
    }
    Path own = run.path().resolve(STORE);
    if (Files.isDirectory(own)) {
      return new RunPlace(ONLY_RUN, run, own);
    }
    Path shared = run.path().resolveSibling(STORE);
    if (Files.isDirectory(shared)) {
      return new RunPlace(run.path().getFileName().toString(), run, shared);
    }
    throw UserProblem.usage(
        folder + " has no store: neither " + own + " nor " + shared + " exists");
  }

  /** The runs of this workspace by name; none if it does not exist. */
  public List<RunPlace> runs() {
    if (new RunFolder(root).isRun()) {
      return List.of(existingRun(root));
    }
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(root)) {
      return folders
          .map(RunFolder::new)
          .filter(RunFolder::isRun)
          .map(run -> existingRun(run.path()))
          .sorted((a, b) -> a.runId().compareTo(b.runId()))
          .toList();
    } catch (IOException problem) {
      throw FileProblems.unreadable(root.toString(), problem);
    }
  }
}
