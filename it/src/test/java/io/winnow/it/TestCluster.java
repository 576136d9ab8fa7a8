package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes in JVMs of their own on loopback, with a store in a folder or in a server. The first one
 * started begins the cluster.
 */
final class TestCluster implements AutoCloseable {
  /** What a node prints when it is in. */
  private static final String UP = " is up: ";

  /** Fast ones show recovery at its best, but take nodes of a busy machine for dead. */
  private static final String TIMINGS = System.getProperty("winnow.it.timings", "patient");

  private final Path folder;
  private final Path conf;
  private final Map<Integer, WinnowProcess> nodes = new LinkedHashMap<>();
  private final List<WinnowProcess> clients = new ArrayList<>();
  private int seed;

  TestCluster(Path folder) throws IOException {
    this(folder, "store.folder = store");
  }

  /** A cluster whose node.conf has these lines besides its own. */
  TestCluster(Path folder, String... settings) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.conf = folder.resolve("node.conf");
    Files.writeString(
        conf,
        "timings = %s\njoin-deadline = 150s\n%s\n".formatted(TIMINGS, String.join("\n", settings)));
  }

  /** Starts a node and waits until it is in; returns its port. */
  int start(String roles) throws IOException, InterruptedException {
    int port = launch(roles);
    awaitUp(port);
    return port;
  }

  /** Starts nodes at the same time and waits until all are in. */
  void startAll(String... roles) throws IOException, InterruptedException {
    for (String each : roles) {
      launch(each);
    }
    for (int port : nodes.keySet()) {
      awaitUp(port);
    }
  }

  private int launch(String roles) throws IOException {
    int port = freePort();
    seed = nodes.isEmpty() ? port : seed;
    nodes.put(port, WinnowProcess.start(folder, arguments(port, roles)));
    return port;
  }

  private void awaitUp(int port) throws IOException, InterruptedException {
    WinnowProcess node = nodes.get(port);
    assertThat(node.runsUntil(() -> printed(node).contains(UP)))
        .as(printed(node) + logs())
        .isTrue();
  }

  /**
   * Starts a node of so many slowed workers and waits until it is in.
   *
   * @return the file that tells what their sweeps took
   */
  Path startPaced(PacedSweeps.Pace pace, int workers) throws IOException, InterruptedException {
    int port = freePort();
    Path times = folder.resolve("sweeps-" + port);
    List<String> arguments =
        List.of(
            "" + pace.millis(),
            "" + pace.factor(),
            times.toString(),
            conf.toString(),
            "port=" + port,
            "join=[\"" + join().replace(",", "\",\"") + "\"]",
            "roles=[worker]",
            "workers=" + workers,
            "log=" + log(port));
    nodes.put(port, WinnowProcess.startMain(folder, PacedNode.class, arguments));
    awaitUp(port);
    return times;
  }

  /** What a node of this cluster is started with. */
  String[] arguments(int port, String roles) {
    return new String[] {
      "node",
      "--config",
      conf.toString(),
      "--port",
      "" + port,
      "--join",
      "127.0.0.1:" + seed,
      "--role",
      roles,
      "--set",
      "workers=1",
      "--set",
      "log=" + log(port)
    };
  }

  /** Submits a run of {@link QuickstartRuns} by a client, which ends with it. */
  WinnowProcess submit(Path out, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "node",
                "--config",
                conf.toString(),
                "--port",
                "0",
                "--role",
                "none",
                "--join",
                join(),
                "--set",
                "log=" + folder.resolve("client.log"),
                "--submit",
                QuickstartRuns.CONF.toString(),
                "--out",
                out.toString()));
    for (String setting : QuickstartRuns.settings(more)) {
      arguments.add("--set-run");
      arguments.add(setting);
    }
    WinnowProcess client = WinnowProcess.start(folder, arguments.toArray(String[]::new));
    clients.add(client);
    return client;
  }

  private String join() {
    return String.join(",", nodes.keySet().stream().map(port -> "127.0.0.1:" + port).toList());
  }

  WinnowProcess node(int port) {
    return nodes.get(port);
  }

  Path log(int port) {
    return folder.resolve("node-" + port + ".log");
  }

  /** The living node whose log has the newest attempt of any run. */
  int coordinator() {
    Optional<Integer> found =
        nodes.keySet().stream()
            .filter(port -> nodes.get(port).isAlive())
            .filter(port -> read(log(port)).contains("event=attempt-begun"))
            .reduce((first, second) -> second);
    return found.orElseThrow(() -> new AssertionError("no node has begun an attempt"));
  }

  /** All nodes' logs, for a test that failed. */
  String logs() {
    StringBuilder text = new StringBuilder();
    nodes.keySet().forEach(port -> text.append(port).append('\n').append(read(log(port))));
    return text.toString();
  }

  static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String printed(WinnowProcess process) {
    try {
      return process.printed();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    clients.forEach(WinnowProcess::close);
    nodes.values().forEach(WinnowProcess::close);
  }
}
