package io.winnow.actors.bench;

import io.winnow.model.compute.UserProblem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A {@link BenchNode} in a process of its own. It answers each line with its effort, and ends when
 * its input does: no process is left behind by one that was killed.
 */
final class BenchProcess implements AutoCloseable {
  private static final int END_SECONDS = 20;

  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;

  private BenchProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
  }

  static BenchProcess start(List<String> command) {
    try {
      return new BenchProcess(
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    } catch (IOException e) {
      throw UserProblem.failure("a process could not be started: " + e.getMessage(), e);
    }
  }

  /** What it did so far; waits until it is up. */
  Effort effort() {
    try {
      questions.write('\n');
      questions.flush();
      String line = answers.readLine();
      if (line == null) {
        throw UserProblem.failure("a node's process ended while it was measured");
      }
      return Effort.parse(line);
    } catch (IOException e) {
      throw new UncheckedIOException("a node's process does not answer", e);
    }
  }

  @Override
  public void close() {
    try {
      questions.close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException ended) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
