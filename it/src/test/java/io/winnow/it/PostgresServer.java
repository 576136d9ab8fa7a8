package io.winnow.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A PostgreSQL server of a test's own on a free port of loopback, where its programs are installed
 * (Debian: apt-get install postgresql). It refuses to run as root: root starts it as the user
 * postgres.
 */
final class PostgresServer implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(1);
  private static final long LOOK_AGAIN_MILLIS = 100;
  static final String USER = "winnow";

  private final Path data;
  private final int port;
  private final List<String> asUser;
  private final Path bin;
  private Process server;

  private PostgresServer(Path bin, List<String> asUser, Path data, int port) {
    this.bin = bin;
    this.asUser = asUser;
    this.data = data;
    this.port = port;
  }

  /** Starts a server on an empty folder; the test is skipped, and says so, where that cannot be. */
  static PostgresServer start() throws IOException, InterruptedException {
    Optional<Path> bin = programs();
    Assumptions.assumeTrue(
        bin.isPresent(), "skipped: no PostgreSQL here (apt-get install postgresql)");
    boolean isRoot = System.getProperty("user.name").equals("root");
    List<String> asUser = isRoot ? List.of("runuser", "-u", "postgres", "--") : List.of();
    String folder = output(asUser, "mktemp", "-d", "/tmp/winnow-postgres-XXXXXX");
    Assumptions.assumeFalse(
        folder.isEmpty(), "skipped: PostgreSQL cannot be run as another user than root");
    Path data = Path.of(folder).resolve("data");
    output(
        asUser,
        bin.get().resolve("initdb").toString(),
        "-D",
        data.toString(),
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync");
    PostgresServer server = new PostgresServer(bin.get(), asUser, data, TestCluster.freePort());
    server.launch();
    return server;
  }

  private static Optional<Path> programs() throws IOException {
    Path versions = Path.of("/usr/lib/postgresql");
    if (!Files.isDirectory(versions)) {
      return Optional.empty();
    }
    try (Stream<Path> found = Files.list(versions)) {
      return found
          .map(version -> version.resolve("bin"))
          .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
          .max(Comparator.naturalOrder());
    }
  }

  private static String output(List<String> asUser, String... command)
      throws IOException, InterruptedException {
    List<String> whole = new ArrayList<>(asUser);
    whole.addAll(List.of(command));
    Process process =
        new ProcessBuilder(whole).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return process.waitFor() == 0 ? text : "";
  }

  /** Starts the server's process and waits until it answers. */
  void launch() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(asUser);
    command.addAll(
        List.of(
            bin.resolve("postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            "" + port,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories="));
    server =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Instant end = Instant.now().plus(DEADLINE);
    while (!answers()) {
      if (server.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS) || Instant.now().isAfter(end)) {
        throw new AssertionError("PostgreSQL did not start on " + data);
      }
    }
  }

  private boolean answers() {
    try (Connection connection = DriverManager.getConnection(url(), USER, "")) {
      return connection.isValid(1);
    } catch (SQLException notYet) {
      return false;
    }
  }

  int port() {
    return port;
  }

  String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** The lines of a node.conf that lead here. */
  String[] settings() {
    return new String[] {"store { url = \"" + url() + "\", user = " + USER + ", password = x }"};
  }

  /** Ends the server at once, as pg_ctl stop -m immediate does. */
  void stop() throws IOException, InterruptedException {
    output(
        asUser, bin.resolve("pg_ctl").toString(), "-D", data.toString(), "-m", "immediate", "stop");
    server.waitFor();
  }

  @Override
  public void close() throws IOException {
    try {
      stop();
      output(asUser, "rm", "-rf", data.getParent().toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
