package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Nodes in JVMs of their own on loopback, with a store in a folder or in a server. The first one
 * started begins the cluster.
 */
final class TestCluster implements AutoCloseable {
  /** What a node prints when it is in. */
  private static final String UP = " is up: ";

  /** Fast ones show recovery at its best, but take nodes of a busy machine for dead. */
  static final String TIMINGS = System.getProperty("winnow.it.timings", "patient");

  private final Path folder;
  private final Path conf;
  private final Map<Integer, WinnowProcess> nodes = new LinkedHashMap<>();
  private final Map<Integer, String> roles = new LinkedHashMap<>();
  private final List<WinnowProcess> clients = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private @Nullable ChaosNetwork network;
  private String seeds = "";

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

  /** From now on nodes and clients are started behind the proxies of this network. */
  TestCluster over(ChaosNetwork behind) {
    network = behind;
    return this;
  }

  /** From now on nodes are started with these options of the JVM. */
  TestCluster with(List<String> jvm) {
    options.addAll(jvm);
    return this;
  }

  /** Starts a node and waits until it is in; returns its port. */
  int start(String roles) throws IOException, InterruptedException {
    int port = newPort();
    seeds = seeds.isEmpty() ? "127.0.0.1:" + port : seeds;
    launch(port, roles);
    awaitUp(port);
    return port;
  }

  /**
   * Starts nodes at the same time and waits until all are in. They have one list of nodes to join
   * through, all of them: each may be started again while others live.
   */
  void startAll(String... roles) throws IOException, InterruptedException {
    Map<Integer, String> planned = new LinkedHashMap<>();
    for (String each : roles) {
      planned.put(newPort(), each);
    }
    seeds = addresses(planned.keySet());
    for (var each : planned.entrySet()) {
      launch(each.getKey(), each.getValue());
    }
    awaitAll();
  }

  /** Starts a node that has ended again, at its port and with its roles. */
  void restart(int port) throws IOException {
    launch(port, roles.get(port));
  }

  /** Waits until every node is in. */
  void awaitAll() throws IOException, InterruptedException {
    for (int port : nodes.keySet()) {
      awaitUp(port);
    }
  }

  private void launch(int port, String role) throws IOException {
    roles.put(port, role);
    List<String> jvm = new ArrayList<>(options);
    List<String> arguments = new ArrayList<>(List.of(arguments(port, role)));
    arguments.addAll(place(port, jvm));
    nodes.put(port, WinnowProcess.startWith(jvm, folder, arguments.toArray(String[]::new)));
  }

  private int newPort() throws IOException {
    return network == null ? freePort() : network.add();
  }

  /** What a node behind a proxy is started with; adds to the options of its JVM. */
  private List<String> place(int port, List<String> jvm) {
    if (network == null) {
      return List.of();
    }
    jvm.addAll(network.options(port));
    return List.of("--set", "bind-port=" + network.bindPort(port));
  }

  private void awaitUp(int port) throws IOException, InterruptedException {
    WinnowProcess node = nodes.get(port);
    assertThat(node.runsUntil(() -> isUp(port))).as(printed(node) + logs()).isTrue();
  }

  /** Whether the node has got into the cluster since it was started the last time. */
  boolean isUp(int port) {
    return nodes.get(port).isAlive() && printed(nodes.get(port)).contains(UP);
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
      seeds,
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
    int port = network == null ? 0 : network.add();
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "node",
                "--config",
                conf.toString(),
                "--port",
                "" + port,
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
    List<String> jvm = new ArrayList<>();
    arguments.addAll(place(port, jvm));
    WinnowProcess client = WinnowProcess.startWith(jvm, folder, arguments.toArray(String[]::new));
    clients.add(client);
    return client;
  }

  private String join() {
    return addresses(nodes.keySet());
  }

  private static String addresses(Collection<Integer> ports) {
    return String.join(",", ports.stream().map(port -> "127.0.0.1:" + port).toList());
  }

  /** The ports of all nodes that were started. */
  List<Integer> ports() {
    return List.copyOf(nodes.keySet());
  }

  WinnowProcess node(int port) {
    return nodes.get(port);
  }

  Path log(int port) {
    return folder.resolve("node-" + port + ".log");
  }

  /** The living node whose log has the newest attempt of any run. */
  int coordinator() {
    return living()
        .filter(port -> !last(port, "event=attempt-begun").isEmpty())
        .max(Comparator.comparing(port -> last(port, "event=attempt-begun")))
        .orElseThrow(() -> new AssertionError("no node has begun an attempt"));
  }

  /** The living node, but for one, that has most layers of a run's newest attempt. */
  int mostLayers(String run, int butFor) {
    long attempt = living().mapToLong(port -> layers(port, run).newest()).max().orElse(0);
    return living()
        .filter(port -> port != butFor && layers(port, run).newest() == attempt)
        .max(Comparator.comparingInt(port -> layers(port, run).count()))
        .orElseThrow(() -> new AssertionError("no other node has layers of " + run));
  }

  private Stream<Integer> living() {
    return nodes.keySet().stream().filter(port -> nodes.get(port).isAlive());
  }

  /** How many layers of a run came alive on a node in the newest attempt that its log tells of. */
  private Layers layers(int port, String run) {
    Pattern line = Pattern.compile("run=" + run + " layer=(\\S+) attempt=(\\d+) .*layer-live");
    Map<Long, Set<String>> found = new TreeMap<>();
    line.matcher(read(log(port)))
        .results()
        .forEach(
            hit ->
                found
                    .computeIfAbsent(Long.valueOf(hit.group(2)), attempt -> new HashSet<>())
                    .add(hit.group(1)));
    return found.isEmpty()
        ? new Layers(0, 0)
        : new Layers(found.keySet().stream().max(Long::compare).orElse(0L), newest(found).size());
  }

  private static Set<String> newest(Map<Long, Set<String>> found) {
    return found.get(found.keySet().stream().max(Long::compare).orElse(0L));
  }

  private record Layers(long newest, int count) {}

  /** The last line of a node's log that has a text; lines begin with their time. */
  private String last(int port, String text) {
    return read(log(port))
        .lines()
        .filter(line -> line.contains(text))
        .reduce("", (before, line) -> line);
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
