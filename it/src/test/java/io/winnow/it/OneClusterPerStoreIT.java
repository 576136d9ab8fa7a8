package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who begins a cluster on a store that another one uses is told so; who was killed is not. */
@Tag("cluster")
class OneClusterPerStoreIT {
  private static final String ALL = "control,adapters,worker";
  private static final Path HOME = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern PASSWORD = Pattern.compile("export WINNOW_STORE_PASSWORD=(.+)");

  @TempDir Path folder;

  @Test
  void onAFolder() throws Exception {
    assertOneCluster("store.folder = store");
  }

  /** What conf/postgres.sh prints is all that nodes need; told twice, it makes nothing twice. */
  @Test
  void onAServerThatOneCommandMadeReady() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      prepared(server);
      List<String> printed = prepared(server).lines().toList();
      Matcher password = PASSWORD.matcher(printed.get(printed.size() - 1));
      assertThat(password.matches()).as(printed.toString()).isTrue();
      assertThat(printed.get(1))
          .startsWith(
              "store { url = \"jdbc:postgresql://127.0.0.1:" + server.port() + "/winnow_it");
      assertOneCluster(printed.get(1).replace("${?WINNOW_STORE_PASSWORD}", password.group(1)));
    }
  }

  private static String prepared(PostgresServer server) throws IOException, InterruptedException {
    ProcessBuilder script =
        new ProcessBuilder(HOME.resolve("conf/postgres.sh").toString(), "winnow_it");
    script.environment().put("PGHOST", "127.0.0.1");
    script.environment().put("PGPORT", "" + server.port());
    script.environment().put("PGUSER", PostgresServer.USER);
    Process process = script.redirectErrorStream(true).start();
    byte[] printed = process.getInputStream().readAllBytes();
    String text = new String(printed, StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return text;
  }

  private void assertOneCluster(String store) throws Exception {
    Path home = folder.resolve("cluster");
    try (TestCluster cluster = new TestCluster(home, store)) {
      int first = cluster.start(ALL);
      int second = cluster.start("adapters,worker");
      String other = "" + TestCluster.freePort();
      WinnowProcess.Ended refused =
          WinnowProcess.run(
              home,
              "node",
              "--config",
              home.resolve("node.conf").toString(),
              "--port",
              other,
              "--set",
              "log=" + home.resolve("other.log"));
      assertThat(refused.code()).as(refused.printed()).isEqualTo(1);
      assertThat(refused.printed())
          .matches(
              "winnow: the store .+ is used by a cluster: its node 127\\.0\\.0\\.1:(%d|%d) is there\\.[^\n]*\n"
                  .formatted(first, second));

      cluster.node(first).kill();
      cluster.node(second).kill();
      long killed = System.nanoTime();
      try (WinnowProcess again = WinnowProcess.start(home, cluster.arguments(first, ALL))) {
        assertThat(again.runsUntil(() -> TestCluster.printed(again).contains(" is up: ")))
            .as(TestCluster.printed(again) + cluster.logs())
            .isTrue();
        double seconds = (System.nanoTime() - killed) / 1e9;
        TestCluster.read(cluster.log(first))
            .lines()
            .filter(line -> line.contains("event=forgotten"))
            .forEach(System.out::println);
        System.out.printf("OneClusterPerStoreIT: up again after %.1f s%n", seconds);
      }
    }
  }
}
