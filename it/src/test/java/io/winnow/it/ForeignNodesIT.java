package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not belong to a cluster is refused with a line that says why, and changes nothing. */
@Tag("cluster")
class ForeignNodesIT {
  private static final Path SCRIPT =
      Path.of("../conf/make-test-certificates.sh").toAbsolutePath().normalize();
  private static final int GAVE_UP = 3;
  private static final int REFUSED = 4;
  private static final int MANY = 20;

  /** Longer than it takes to be foreign in every way. */
  private static final String[] LONG = {
    "training.epochs=1.2", "training.batch-size=4", "training.micro-batch=4", "workers.count=1"
  };

  /** Above the 20 MiB that a frame carries. */
  private static final int OVERSIZED = 22_000_000;

  private static final String BOTH_FINGERPRINTS =
      "its base weights are [0-9a-f]{64}, the run was begun with [0-9a-f]{64}";

  /** What a worker's node tells of what it refused, once each. */
  private static final List<String> REFUSALS =
      List.of(
          "event=connection-refused .*plaintext connection",
          "event=connection-refused .*certificate_unknown|event=connection-refused .*path",
          "event=message-refused .*unregistered class",
          "event=message-refused .*Winnow 99\\.0\\.0 is not read",
          "event=message-refused .*of 22000000 bytes is not read, a frame carries at most 20971520");

  @TempDir Path folder;

  @Test
  void aNodeOfAnotherVersionIsRefusedWithBothVersionsNamed() throws Exception {
    Path classes = Files.createDirectories(folder.resolve("other"));
    Files.writeString(classes.resolve("winnow-version.txt"), "99.0.0");
    String own = new String(resource("/winnow-version.txt"), StandardCharsets.UTF_8).strip();
    try (TestCluster cluster = new TestCluster(folder.resolve("cluster"))) {
      int node = cluster.start("control,adapters");
      sendGarbage(node);
      int port = TestCluster.freePort();
      try (WinnowProcess other =
          WinnowProcess.startBefore(classes, folder, cluster.arguments(port, "worker"))) {
        assertThat(other.await()).as(other.printed()).isEqualTo(REFUSED);
        assertThat(other.printed()).contains("refused");
      }
      assertThat(TestCluster.read(cluster.log(port)))
          .contains("runs Winnow " + own + ", this is 99.0.0");
      assertThat(lines(cluster.log(node), "event=connection-refused from=127.0.0.1 ")).hasSize(1);
      assertThat(TestCluster.read(cluster.log(node)))
          .contains("event=join-refused node=127.0.0.1:" + port + " version=99.0.0");
      assertThat(cluster.node(node).isAlive()).isTrue();
    }
  }

  @Test
  void withoutACertificateOfTheClusterNobodyGetsIn() throws Exception {
    Path ours = certificates("ours");
    Path theirs = certificates("theirs");
    Path store = folder.resolve("store");
    try (TestCluster cluster =
        new TestCluster(folder.resolve("cluster"), "store.folder = \"" + store + "\"", tls(ours))) {
      int first = cluster.start("control,adapters");
      cluster.start("worker");
      try (WinnowProcess plain = foreign("plain", store, "", first);
          WinnowProcess other = foreign("other", store, tls(theirs), first)) {
        assertThat(plain.await()).as(plain.printed()).isEqualTo(GAVE_UP);
        assertThat(other.await()).as(other.printed()).isEqualTo(GAVE_UP);
      }
      String log = TestCluster.read(cluster.log(first));
      assertThat(log.lines().filter(line -> line.contains("event=connection-refused")))
          .hasSizeBetween(2, 4) // one line for each reason, in each minute
          .anyMatch(line -> line.contains("plaintext connection"))
          .anyMatch(line -> line.contains("certificate_unknown"));
      assertThat(TestCluster.printed(cluster.node(first))).doesNotContain("client");
    }
  }

  @Test
  void whateverIsForeignIsRefusedWithALineAndTheRunIsThatOfOneNode() throws Exception {
    Path undisturbed = QuickstartRuns.undisturbed(folder, LONG);
    Path ours = certificates("ours");
    Path theirs = certificates("theirs");
    Path run = folder.resolve("disturbed");
    Path others = otherWeights();
    try (TestCluster cluster =
        new TestCluster(folder.resolve("cluster"), "store.folder = store", tls(ours))) {
      int control = cluster.start("control,adapters");
      int worker = cluster.start("worker");
      try (WinnowProcess client = cluster.submit(run, LONG);
          WinnowProcess other = nodeOver(others, cluster);
          ForeignSystem plain = ForeignSystem.plain();
          ForeignSystem stranger = ForeignSystem.withCertificate(theirs);
          ForeignSystem member = ForeignSystem.withCertificate(ours)) {
        assertThat(client.runsUntil(() -> QuickstartRuns.rows(run) > 0)).isTrue();
        sendGarbage(worker);
        plain.send(worker, unregistered());
        stranger.send(worker, unregistered());
        sendWhatIsRefused(member, worker);
        for (String line : REFUSALS) {
          awaitLine(client, cluster.log(worker), line);
        }
        awaitLine(client, cluster.log(control), "event=worker-refused .*" + BOTH_FINGERPRINTS);
        assertThat(client.await()).as(client.printed() + cluster.logs()).isZero();
        assertThat(other.isAlive()).isTrue();
      }
      for (String line : REFUSALS) {
        assertThat(lines(cluster.log(worker), line)).as(line).hasSize(1);
      }
      assertThat(lines(cluster.log(control), "event=worker-refused")).hasSize(1);
    }
    QuickstartRuns.assertSameAdapter(run, undisturbed);
  }

  /** A class that is not registered, another version, a frame above the limit. */
  private static void sendWhatIsRefused(ForeignSystem member, int port) throws IOException {
    ForeignSystem.Message unregistered = unregistered();
    for (int i = 0; i < MANY; i++) {
      member.send(port, unregistered);
      member.send(port, new ForeignSystem.Message("message@99.0.0", unregistered.bytes()));
    }
    member.send(port, new ForeignSystem.Message(unregistered.manifest(), new byte[OVERSIZED]));
  }

  /** Kryo: an object of the class with id 9997. */
  private static ForeignSystem.Message unregistered() throws IOException {
    String own = new String(resource("/winnow-version.txt"), StandardCharsets.UTF_8).strip();
    return new ForeignSystem.Message("message@" + own, new byte[] {(byte) 0x8f, 0x4e});
  }

  private static void awaitLine(WinnowProcess client, Path log, String pattern) throws Exception {
    assertThat(client.runsUntil(() -> !lines(log, pattern).isEmpty()))
        .as("%s%n%s%n%s", pattern, client.printed(), TestCluster.read(log))
        .isTrue();
  }

  private static List<String> lines(Path log, String pattern) {
    return TestCluster.read(log)
        .lines()
        .filter(line -> Pattern.compile(pattern).matcher(line).find())
        .toList();
  }

  /** The quickstart's model with one other bit in its last weight. */
  private Path otherWeights() throws IOException {
    Path model = QuickstartRuns.CONF.resolveSibling("model");
    Path copy = Files.createDirectories(folder.resolve("other-weights"));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(model.resolve(file), copy.resolve(file));
    }
    byte[] weights = Files.readAllBytes(copy.resolve("model.safetensors"));
    weights[weights.length - 2] ^= 1;
    Files.write(copy.resolve("model.safetensors"), weights);
    return copy;
  }

  private WinnowProcess nodeOver(Path weights, TestCluster cluster) throws IOException {
    List<String> arguments = new ArrayList<>();
    Collections.addAll(arguments, cluster.arguments(TestCluster.freePort(), "worker"));
    Path model = QuickstartRuns.CONF.resolveSibling("model");
    Collections.addAll(arguments, "--set", "models.\"" + model + "\"=" + weights);
    return WinnowProcess.start(folder, arguments.toArray(String[]::new));
  }

  private WinnowProcess foreign(String name, Path store, String tls, int port) throws IOException {
    Path conf = folder.resolve(name + ".conf");
    Files.writeString(
        conf, "store.folder = \"" + store + "\"\nroles = []\njoin-deadline = 20s\n" + tls);
    return WinnowProcess.start(
        folder,
        "node",
        "--config",
        conf.toString(),
        "--port",
        "" + TestCluster.freePort(),
        "--join",
        "127.0.0.1:" + port);
  }

  private static String tls(Path pem) {
    return "tls { key-file = \"%s\", cert-file = \"%s\", ca-cert-file = \"%s\" }\n"
        .formatted(pem.resolve("node.key"), pem.resolve("node.crt"), pem.resolve("ca.crt"));
  }

  private Path certificates(String name) throws IOException, InterruptedException {
    Path target = folder.resolve(name);
    Process script =
        new ProcessBuilder("bash", SCRIPT.toString(), target.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".out").toFile())
            .start();
    Assumptions.assumeTrue(script.waitFor() == 0, "skipped: no openssl to make certificates with");
    return target;
  }

  private static void sendGarbage(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        OutputStream out = socket.getOutputStream()) {
      out.write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (var in = ForeignNodesIT.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }
}
