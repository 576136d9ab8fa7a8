package io.winnow.it;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** TLC on the model in docs/protocol, in a JVM of its own: it keeps its state in statics. */
final class ModelChecker {
  static final Path MODEL = Path.of("..", "docs", "protocol").toAbsolutePath().normalize();

  private static final String MODULE = "Winnow.tla";
  private static final String NOTHING_BROKEN = "Break = \"nothing\"";
  private static final int DEADLINE_MINUTES = 20;
  private static final Pattern DISTINCT =
      Pattern.compile("(\\d+) states generated, (\\d+) distinct states found, 0 states left");

  private final Path folder;

  /** A checker that works in this folder. */
  ModelChecker(Path folder) {
    this.folder = folder;
  }

  /** What TLC printed. */
  record Outcome(String printed) {
    boolean holds() {
      return printed.contains("Model checking completed. No error has been found.");
    }

    /** Distinct states of the whole graph; only where the model holds. */
    long distinctStates() {
      Matcher found = DISTINCT.matcher(printed);
      if (!found.find()) {
        throw new IllegalStateException("TLC says no number of states:\n" + printed);
      }
      return Long.parseLong(found.group(2));
    }
  }

  /** Explores a configuration with something broken in the protocol. */
  Outcome check(String configuration, String broken) throws IOException, InterruptedException {
    String text = Files.readString(MODEL.resolve(configuration));
    if (!text.contains(NOTHING_BROKEN)) {
      throw new IllegalStateException(configuration + " does not say " + NOTHING_BROKEN);
    }
    Files.writeString(
        folder.resolve(configuration), text.replace(NOTHING_BROKEN, "Break = \"" + broken + "\""));
    Files.copy(MODEL.resolve(MODULE), folder.resolve(MODULE));
    return run(configuration);
  }

  private Outcome run(String configuration) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Process tlc =
        new ProcessBuilder(command(configuration))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!tlc.waitFor(DEADLINE_MINUTES, TimeUnit.MINUTES)) {
        throw new IllegalStateException(
            configuration + " is not explored after " + DEADLINE_MINUTES + " minutes");
      }
    } finally {
      tlc.destroyForcibly();
    }
    return new Outcome(Files.readString(output));
  }

  private List<String> command(String configuration) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx768m",
        "-XX:+UseParallelGC",
        "-Djava.io.tmpdir=" + folder, // TLC unpacks its standard modules there
        "-cp",
        jar(),
        "tlc2.TLC",
        "-workers",
        "2",
        "-metadir",
        folder.resolve("states").toString(),
        "-config",
        configuration,
        MODULE);
  }

  private static String jar() {
    try {
      return Path.of(tlc2.TLC.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("where TLC was loaded from is no file", e);
    }
  }
}
