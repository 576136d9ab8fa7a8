package io.winnow.model.io;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes a folder so that a failure leaves what was there before: filled beside its place, then
 * renamed. Where an adapter folder stands already, its files are replaced one by one and others
 * left alone; any other folder that is not empty is refused.
 */
final class AdapterFolder {
  private AdapterFolder() {}

  static void write(Path folder, Consumer<Path> fill) {
    try {
      boolean replace = isOccupied(folder.toAbsolutePath().normalize());
      DraftFolder.write(folder, fill, replace ? AdapterFolder::moveFiles : DraftFolder::rename);
    } catch (IOException e) {
      throw FileProblems.unreadable(folder.toString(), e);
    }
  }

  /**
   * Checks that an adapter may be written to a folder.
   *
   * @throws UserProblem (exit code 2) if something else is there
   */
  static void requireFree(Path folder) {
    try {
      isOccupied(folder.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw FileProblems.unreadable(folder.toString(), e);
    }
  }

  /** True for an adapter folder, false where nothing is in the way. */
  private static boolean isOccupied(Path target) throws IOException {
    if (!Files.exists(target)) {
      return false;
    }
    if (!Files.isDirectory(target)) {
      throw UserProblem.usage(target + " is a file; give a folder for the adapter");
    }
    if (Files.exists(target.resolve(PeftNames.CONFIG))) {
      return true;
    }
    if (!list(target).isEmpty()) {
      throw UserProblem.usage(
          target + " is not empty and not an adapter folder; give a new folder for the adapter");
    }
    return false;
  }

  private static void moveFiles(Path draft, Path target) throws IOException {
    for (Path file : list(draft)) {
      Files.move(
          file,
          target.resolve(file.getFileName()),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    }
    Files.delete(draft);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
