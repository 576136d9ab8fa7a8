package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one run: the files a person reads. All but run.conf are projections of the store
 * and can be written again from it, so that none has to survive a crash whole; each is replaced
 * atomically all the same, because people and programs look while a run goes on.
 *
 * <p>Failures to read or write are {@link UserProblem}s (exit code 1) that name the file. One
 * writer at a time: hold {@link #lock()}.
 */
public record RunFolder(Path path) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public RunFolder {
    path = path.toAbsolutePath().normalize();
  }

  /** The resolved configuration. */
  public Path runConf() {
    return path.resolve("run.conf");
  }

  /** One JSON object per row, each with its {@code step}. */
  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  /** How the heads stood after some of the steps; see {@link HeadsFile}. */
  public Path heads() {
    return path.resolve("heads.jsonl");
  }

  /** What came out, written when the run has finished. */
  public Path results() {
    return path.resolve("results.json");
  }

  /** The adapter in PEFT's format. */
  public Path adapter() {
    return path.resolve("adapter");
  }

  /** The adapter of the best evaluation, where that is not the last one. */
  public Path bestAdapter() {
    return path.resolve("adapter-best");
  }

  /** The log of every process that worked on the run. */
  public Path log() {
    return path.resolve("run.log");
  }

  /** Phase, step and process of the run, for {@code winnow runs}. */
  public Path status() {
    return path.resolve("status.json");
  }

  /** How the process that works on the run can be reached; there while it can. */
  public Path control() {
    return path.resolve("control.json");
  }

  /** Whether a run was begun here. */
  public boolean isRun() {
    return Files.isRegularFile(runConf());
  }

  /** Whether a process works on the run now. */
  public boolean isInUse() {
    return isRun() && RunLock.isHeld(path.resolve("run.lock"));
  }

  /** Deletes the folder and everything in it. */
  public void delete() {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException problem) {
      throw FileProblems.unwritable(path.toString(), problem);
    }
  }

  /** Makes the folder and those above it. */
  public void create() {
    try {
      Files.createDirectories(path);
    } catch (IOException problem) {
      throw FileProblems.unwritable(path.toString(), problem);
    }
  }

  /**
   * Takes the run for this process, until the lock is closed or the process ends.
   *
   * @throws UserProblem (exit code 1) that names the process which has it
   */
  public RunLock lock() {
    return RunLock.take(path.resolve("run.lock"));
  }

  /** Replaces a file of this folder whole: readers see the old content or the new one. */
  public void write(Path file, String content) {
    AtomicFile.writeText(file, content);
  }

  /** The content of a file of this folder, or null if there is none. */
  public @Nullable String read(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException none) {
      return null;
    } catch (IOException problem) {
      throw FileProblems.unreadable(file.toString(), problem);
    }
  }

  /** Appends rows to a file of this folder, each a JSON object on one line. */
  public void append(Path file, List<String> rows) {
    String text = rows.isEmpty() ? "" : String.join("\n", rows) + "\n";
    try {
      Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException problem) {
      throw FileProblems.unwritable(file.toString(), problem);
    }
  }

  /**
   * Drops the rows of metrics.jsonl and heads.jsonl after {@code lastStep}, and a row torn by a
   * crash: a run that goes back to a checkpoint writes those again.
   */
  public void truncate(long lastStep) {
    truncate(metrics(), lastStep);
    truncate(heads(), lastStep);
  }

  private void truncate(Path file, long lastStep) {
    String text = read(file);
    if (text == null) {
      return;
    }
    StringBuilder kept = new StringBuilder();
    text.lines()
        .filter(row -> isAtMost(row, lastStep))
        .forEach(row -> kept.append(row).append('\n'));
    if (!kept.toString().equals(text)) {
      write(file, kept.toString());
    }
  }

  private static boolean isAtMost(String row, long lastStep) {
    try {
      JsonNode node = JSON.readTree(row);
      JsonNode step = node.path("step");
      return step.isIntegralNumber() ? step.longValue() <= lastStep : node.has("heads");
    } catch (IOException torn) {
      return false;
    }
  }
}
