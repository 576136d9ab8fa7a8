package io.winnow.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The command line in a JVM of its own, so that it can be killed. */
final class WinnowProcess implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final long LOOK_AGAIN_MILLIS = 5;
  static final String MAIN = "io.winnow.cli.Main";

  /** Most of these processes end before the optimizing compiler has paid for itself. */
  static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1");

  private final Process process;
  private final Path output;

  private WinnowProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts {@code winnow arguments}; what it prints goes to a file in {@code folder}. */
  static WinnowProcess start(Path folder, String... arguments) throws IOException {
    return launch(folder, List.of(), "", arguments);
  }

  /** The same, in a JVM with further options. */
  static WinnowProcess startWith(List<String> options, Path folder, String... arguments)
      throws IOException {
    String both = String.join(" ", options);
    List<String> before = List.of("env", "JDK_JAVA_OPTIONS=" + both);
    return launch(folder, both.isEmpty() ? List.of() : before, "", arguments);
  }

  /** The same, with a folder of resources that comes before Winnow's own. */
  static WinnowProcess startBefore(Path classes, Path folder, String... arguments)
      throws IOException {
    return launch(folder, List.of(), classes + File.pathSeparator, arguments);
  }

  /** Runs a command to its end with all of the JVM's compilers, for what measures. */
  static Ended runCompiled(Path folder, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(java(ClassArchive.classPath(), List.of()));
    command.add(MAIN);
    command.addAll(List.of(arguments));
    try (WinnowProcess process = begin(folder, command)) {
      return new Ended(process.await(), process.printed());
    }
  }

  /** Runs a command to its end, with {@code folder} as the current one. */
  static Ended run(Path folder, String... arguments) throws IOException, InterruptedException {
    try (WinnowProcess process = start(folder, arguments)) {
      int code = process.await();
      return new Ended(code, process.printed());
    }
  }

  /** How a process ended and what it printed. */
  record Ended(int code, String printed) {}

  /** The same, in a process that may not write files above a size. */
  static WinnowProcess startWithFileLimit(Path folder, int kibibytes, String... arguments)
      throws IOException {
    String limit = "ulimit -f " + kibibytes + "; exec \"$@\"";
    return launch(folder, List.of("bash", "-c", limit, "bash"), "", arguments);
  }

  private static WinnowProcess launch(
      Path folder, List<String> before, String classes, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(
        classes.isEmpty() ? shortLived() : java(classes + ClassArchive.classPath(), SHORT_LIVED));
    command.add(MAIN);
    command.addAll(List.of(arguments));
    return begin(folder, command);
  }

  /** Starts a program of the tests instead of Winnow's own. */
  static WinnowProcess startMain(Path folder, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(shortLived());
    command.add(main.getName());
    command.addAll(arguments);
    return begin(folder, command);
  }

  /** What starts a JVM with a class path. */
  static List<String> java(String classPath, List<String> options) {
    List<String> java = new ArrayList<>();
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.addAll(
        List.of(
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-Dorg.bytedeco.javacpp.maxbytes=8g",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"));
    java.addAll(options);
    java.addAll(List.of("-cp", classPath));
    return java;
  }

  private static List<String> shortLived() {
    List<String> options = new ArrayList<>(SHORT_LIVED);
    options.addAll(ClassArchive.options());
    return java(ClassArchive.classPath(), options);
  }

  static WinnowProcess begin(Path folder, List<String> command) throws IOException {
    Path output = Files.createTempFile(folder, "winnow-", ".out");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("OPENBLAS_NUM_THREADS", "1");
    return new WinnowProcess(builder.start(), output);
  }

  /** Waits for the end and gives the exit code. */
  int await() throws InterruptedException, IOException {
    if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running after " + DEADLINE + ":\n" + printed());
    }
    return process.exitValue();
  }

  /** Waits until something holds; false if the process ends before. */
  boolean runsUntil(BooleanSupplier condition) throws InterruptedException, IOException {
    return runsUntil(condition, DEADLINE);
  }

  /** The same with another deadline than five minutes. */
  boolean runsUntil(BooleanSupplier condition, Duration deadline)
      throws InterruptedException, IOException {
    Instant end = Instant.now().plus(deadline);
    while (!condition.getAsBoolean()) {
      if (process.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
        return condition.getAsBoolean();
      }
      if (Instant.now().isAfter(end)) {
        throw new AssertionError("nothing came of it in " + deadline + ":\n" + printed());
      }
    }
    return true;
  }

  /** SIGKILL. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Sends a signal that Java has no word for, as STOP and CONT. */
  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
  }

  /** How it ended; {@link #await} gives the code of one that goes on. */
  int exitCode() {
    return process.exitValue();
  }

  /** SIGINT: Ctrl-C in its terminal. */
  void interrupt() throws IOException, InterruptedException {
    signal("INT");
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String printed() throws IOException {
    return Files.readString(output);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
