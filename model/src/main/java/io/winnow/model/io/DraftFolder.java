package io.winnow.model.io;

import io.winnow.model.compute.FileProblems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Fills a folder beside its place, so that a failure leaves what was there before. */
final class DraftFolder {
  private DraftFolder() {}

  /** How a draft takes its place. */
  @FunctionalInterface
  interface Publish {
    void move(Path draft, Path target) throws IOException;
  }

  /** Fills a draft and publishes it; whatever fails, the draft is gone. */
  static void write(Path folder, Consumer<Path> fill, Publish publish) {
    Path target = folder.toAbsolutePath().normalize();
    Path draft = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
    try {
      Files.createDirectories(target.getParent());
      Files.createDirectory(draft);
      fill.accept(draft);
      publish.move(draft, target);
    } catch (IOException e) {
      RuntimeException problem = FileProblems.unwritable(folder.toString(), e);
      remove(draft, problem);
      throw problem;
    } catch (RuntimeException e) {
      remove(draft, e);
      throw e;
    }
  }

  /** Takes the place of nothing, or of an empty folder. */
  static void rename(Path draft, Path target) throws IOException {
    Files.deleteIfExists(target);
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void remove(Path draft, RuntimeException because) {
    if (!Files.exists(draft)) {
      return;
    }
    try (Stream<Path> files = Files.walk(draft)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
