package io.winnow.it;

import static java.util.stream.Collectors.joining;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Winnow's classes as the JVM keeps them when it has read them once (class data sharing): the tests
 * start some hundred processes, and each would spend a second or two with reading. Made once for a
 * build, by a short run; only of jars, which is what {@code mvn verify} has.
 */
final class ClassArchive {
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final List<String> ENTRIES =
      List.of(
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
              .split(File.pathSeparator));
  private static final List<String> OPTIONS = make();

  private ClassArchive() {}

  /** Options of a JVM whose class path begins with {@link #classPath}; none without an archive. */
  static List<String> options() {
    return OPTIONS;
  }

  /** The tests' class path, folders last. */
  static String classPath() {
    Predicate<String> isFolder = entry -> Files.isDirectory(Path.of(entry));
    List<String> ordered = new ArrayList<>(ENTRIES);
    ordered.removeIf(isFolder);
    ENTRIES.stream().filter(isFolder).forEach(ordered::add);
    return String.join(File.pathSeparator, ordered);
  }

  private static List<String> make() {
    String jars = ENTRIES.stream().filter(entry -> entry.endsWith(".jar")).collect(joining(":"));
    if (!jars.contains("winnow-cli")) {
      return List.of();
    }
    try {
      Path archive = TARGET.resolve("classes-" + Integer.toHexString(state(jars)) + ".jsa");
      try (FileChannel lock =
          FileChannel.open(
              TARGET.resolve("classes.lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE)) {
        lock.lock(); // until the channel is closed
        return Files.exists(archive) || make(archive, jars)
            ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + archive)
            : List.of();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Other jars, other ones of these names, and other JVMs need another archive. */
  private static int state(String jars) throws IOException {
    List<Object> state = new ArrayList<>(List.of(System.getProperty("java.vm.version")));
    for (String jar : jars.split(File.pathSeparator)) {
      state.add(jar);
      state.add(Files.getLastModifiedTime(Path.of(jar)).toMillis());
    }
    return Arrays.hashCode(state.toArray());
  }

  /** False where this JVM makes none: then the tests only take longer. */
  private static boolean make(Path archive, String jars) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(TARGET, "classes-");
    Path made = folder.resolve("made.jsa");
    List<String> command = new ArrayList<>(WinnowProcess.java(jars, WinnowProcess.SHORT_LIVED));
    command.add(1, "-XX:ArchiveClassesAtExit=" + made);
    command.add(WinnowProcess.MAIN);
    command.addAll(List.of(QuickstartRuns.train(folder.resolve("run"))));
    try (WinnowProcess process = WinnowProcess.begin(folder, command)) {
      if (process.await() != 0 || !Files.exists(made)) {
        System.out.println("ClassArchive: none could be made: " + process.printed());
        return false;
      }
    }
    Files.move(made, archive);
    return true;
  }
}
