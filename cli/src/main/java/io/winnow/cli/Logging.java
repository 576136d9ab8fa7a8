package io.winnow.cli;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Where log lines go: nowhere until a run's file is known, never to the console. Used by the main
 * thread.
 */
final class Logging {
  private static final String TIME = "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} ";
  private static final String PATTERN =
      "%-5level %X{run} %X{worker} [%thread] %logger{30} %msg%n%ex";

  private @Nullable Path file;

  /** From now on, everything goes to the end of {@code log}. */
  void toFile(Path log) {
    toFile(log, "");
  }

  /** The same, with who says it at the beginning of each line. */
  void toFile(Path log, String who) {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders(); // logback refuses a second appender on one file
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(TIME + (who.isEmpty() ? "" : who + " ") + PATTERN);
    encoder.start();
    FileAppender<ILoggingEvent> appender = new FileAppender<>();
    appender.setContext(context);
    appender.setName("run.log");
    appender.setFile(log.toString());
    appender.setEncoder(encoder);
    appender.start();
    if (!appender.isStarted()) {
      throw UserProblem.failure("cannot write " + log);
    }
    root.addAppender(appender);
    file = log;
  }

  /** Writes down what went wrong with its stack trace; returns the file to look at. */
  Path record(Throwable problem) {
    if (file != null) {
      LoggerFactory.getLogger(Logging.class).error("event=failed", problem);
      return file;
    }
    try {
      Path fresh = Files.createTempFile("winnow-error-", ".log");
      try (PrintWriter writer = new PrintWriter(Files.newBufferedWriter(fresh))) {
        problem.printStackTrace(writer);
      }
      return fresh;
    } catch (IOException unwritable) {
      problem.addSuppressed(unwritable);
      throw new IllegalStateException("no place for the details of " + problem, problem);
    }
  }
}
