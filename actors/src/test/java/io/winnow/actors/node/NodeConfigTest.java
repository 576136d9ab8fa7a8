package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.winnow.actors.node.ClusterSettings.Role;
import io.winnow.actors.store.StoreSettings;
import io.winnow.actors.weights.WeightsSettings;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigTest {
  @TempDir Path folder;

  @Test
  void theExampleIsANodeThatBeginsACluster() {
    NodeConfig config = NodeConfig.read(Path.of("../conf/node.conf"), List.of());

    assertThat(config.cluster().roles()).containsExactly(Role.values());
    assertThat(config.cluster().join()).isEmpty();
    assertThat(config.store()).isInstanceOf(StoreSettings.OneHost.class);
    assertThat(config.workers()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.http()).isNull();
    assertThat(config.log()).hasFileName("node-2551.log");
    assertThat(config.watchdog())
        .isEqualTo(new Watchdog.Limits(Duration.ofSeconds(1), Duration.ofSeconds(30)));
    assertThat(config.weights().fetch() || config.weights().serve()).isFalse();
  }

  @Test
  void everythingCanBeSaid() throws IOException {
    Path pem = Files.createFile(folder.resolve("some.pem"));
    NodeConfig config =
        read(
            """
            host = node-1.example.org, port = 7000, bind-host = "0.0.0.0"
            bind-port = 7001
            roles = [worker], workers = 3, join = ["a:1", "b:2"], join-deadline = 5s
            store { url = "jdbc:postgresql://db/winnow", user = w, password = p }
            timings = fast
            http { host = "0.0.0.0", port = 8080 }
            log = my.log
            watchdog.limit = off
            models { "/data/base" = local/base }
            weights { fetch = true, serve = true, cache = fetched }
            tls { key-file = some.pem, cert-file = some.pem, ca-cert-file = some.pem }
            """);

    assertThat(config.cluster().address()).hasToString("node-1.example.org:7000");
    assertThat(config.cluster().bindHost()).isEqualTo("0.0.0.0");
    assertThat(config.cluster().bindPort()).isEqualTo(7001);
    assertThat(config.cluster().join()).map(NodeAddress::toString).containsExactly("a:1", "b:2");
    assertThat(config.cluster().tls()).isEqualTo(new ClusterSettings.Tls(pem, pem, pem));
    assertThat(config.workers()).isEqualTo(3);
    assertThat(config.store())
        .isEqualTo(new StoreSettings.Server("jdbc:postgresql://db/winnow", "w", "p"));
    assertThat(config.http()).hasToString("0.0.0.0:8080");
    assertThat(config.log()).isEqualTo(folder.resolve("my.log"));
    assertThat(config.watchdog()).isNull();
    assertThat(config.model("/data/base")).isEqualTo(folder.resolve("local/base").toString());
    assertThat(config.model("/data/other")).isEqualTo("/data/other");
    assertThat(config.weights())
        .isEqualTo(new WeightsSettings(true, true, folder.resolve("fetched")));
  }

  @Test
  void everythingThatIsWrongIsToldAtOnceWithTheNearestName() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    prot = 1
                    roles = [workers]
                    port = 70000
                    timings = quick
                    join = ["a"]
                    store { fodler = x }
                    tls { key-file = absent.pem }
                    """))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("prot: unknown key (did you mean port?)")
        .hasMessageContaining("store.fodler: unknown key (did you mean store.folder?)")
        .hasMessageContaining("did you mean worker?")
        .hasMessageContaining("port: 70000; expected a whole number from 0 to 65535")
        .hasMessageContaining("timings: ")
        .hasMessageContaining("one of default, fast, patient")
        .hasMessageContaining("'a' is no host:port")
        .hasMessageContaining("tls.key-file: ")
        .hasMessageContaining("store.folder: not set");
  }

  @Test
  void theCommandLineComesFirst() throws IOException {
    Path file =
        Files.writeString(folder.resolve("node.conf"), "store.folder = s\nroles = [worker]");

    NodeConfig config =
        NodeConfig.read(file, List.of("roles=[]", "port=0", "join=[\"127.0.0.1:2551\"]"));

    assertThat(config.cluster().roles()).isEmpty();
    assertThat(config.workers()).isZero();
    assertThat(config.rolesText()).isEqualTo("no roles");
  }

  @Test
  void aNameStandsForItsAddresses() throws IOException {
    NodeConfig config = read("store.folder = s\njoin = [\"dns:localhost:2551\"]");

    assertThat(config.cluster().join()).isNotEmpty().allMatch(node -> node.port() == 2551);
  }

  @Test
  void clientsDoNotCountWhenNodesFallApart() throws IOException {
    var everyNode = ConfigFactory.parseResources("winnow-node.conf");
    String roles = "akka.cluster.roles";

    var worker = read("store.folder = s\nroles = [worker]").cluster().config(everyNode);
    var client = read("store.folder = s\nroles = []").cluster().config(everyNode);

    assertThat(worker.getStringList(roles)).containsExactly("worker", "member");
    assertThat(client.getStringList(roles)).isEmpty();
    assertThat(worker.getString("akka.cluster.split-brain-resolver.keep-majority.role"))
        .isEqualTo("member");
  }

  private NodeConfig read(String text) throws IOException {
    return NodeConfig.read(Files.writeString(folder.resolve("node.conf"), text), List.of());
  }
}
