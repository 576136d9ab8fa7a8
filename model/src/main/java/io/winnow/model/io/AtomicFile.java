package io.winnow.model.io;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Writes a file so that a crash at any moment leaves the old content or the new, never a part:
 * temporary file in the same folder, fsync, rename. The temporary file is removed on failure.
 */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content of the file. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything to the channel. */
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /** Writes a file; the parent folder must exist. */
  public static void write(Path file, Content content) {
    Path target = file.toAbsolutePath();
    Path temporary = null;
    try {
      // not Files.createTempFile: that makes files which only their owner may read
      Path unique = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID());
      try (FileChannel channel =
          FileChannel.open(unique, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
        temporary = unique;
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      UserProblem problem = FileProblems.unwritable(file.toString(), e);
      remove(temporary, problem);
      throw problem;
    } catch (RuntimeException e) {
      remove(temporary, e);
      throw e;
    }
  }

  /** Writes text as UTF-8. */
  public static void writeText(Path file, String text) {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    write(
        file,
        channel -> {
          while (bytes.hasRemaining()) {
            channel.write(bytes);
          }
        });
  }

  private static void remove(Path temporary, RuntimeException because) {
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        because.addSuppressed(e);
      }
    }
  }
}
