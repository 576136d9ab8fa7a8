package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What does not belong to a cluster is refused with a line that says why, and changes nothing. */
class ForeignNodesIT {
  private static final Path SCRIPT =
      Path.of("../conf/make-test-certificates.sh").toAbsolutePath().normalize();
  private static final int GAVE_UP = 3;
  private static final int REFUSED = 4;

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
