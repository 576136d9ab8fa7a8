package io.winnow.model.io;

import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A run belongs to one process at a time. The operating system drops the lock with the process,
 * also after kill -9, so that a stale file never blocks a run; the process id in it is for the
 * message only.
 */
public final class RunLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private RunLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  public static RunLock take(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!takes(channel)) {
        channel.close();
        throw UserProblem.failure(file.getParent() + " is in use by process " + holder(file));
      }
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(pid));
      return new RunLock(file, channel);
    } catch (IOException problem) {
      throw FileProblems.unwritable(file.toString(), problem);
    }
  }

  static boolean isHeld(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return !takes(channel);
    } catch (IOException problem) {
      throw FileProblems.unreadable(file.toString(), problem);
    }
  }

  private static boolean takes(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(); // held by the channel until it is closed
      return lock != null;
    } catch (OverlappingFileLockException withinThisProcess) {
      return false;
    }
  }

  private static String holder(Path file) throws IOException {
    String pid = Files.readString(file).strip();
    return pid.isEmpty() ? "(just starting)" : pid;
  }

  /** Lets the run go. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException problem) {
      throw FileProblems.unwritable(file.toString(), problem);
    }
  }
}
