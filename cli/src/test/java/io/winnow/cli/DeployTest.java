package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.gateway.Gateway;
import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.actors.node.NodeAddress;
import io.winnow.actors.node.NodeConfig;
import io.winnow.actors.node.NodeEnd;
import io.winnow.actors.node.NodeSettings;
import io.winnow.actors.node.WinnowNode;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/** The examples in conf/deploy name commands, settings, ports and paths that there are. */
class DeployTest {
  private static final Path DEPLOY = WinnowInProcess.HOME.resolve("conf/deploy");
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final List<String> PROBES =
      List.of("startupProbe", "readinessProbe", "livenessProbe");

  @TempDir Path folder;

  private final Map<String, Part> manifests = new HashMap<>();
  private Part pod = new Part(Map.of());

  /** A mapping of a YAML file. */
  private record Part(Map<?, ?> values) {
    static Part of(Object values) {
      assertThat(values).isInstanceOf(Map.class);
      return new Part((Map<?, ?>) values);
    }

    Object at(String... path) {
      Object found = values;
      for (String name : path) {
        found = Part.of(found).values.get(name);
        assertThat(found).as(String.join(".", path)).isNotNull();
      }
      return found;
    }

    Part part(String... path) {
      return of(at(path));
    }

    List<?> list(String... path) {
      return (List<?>) at(path);
    }

    /** The parts of a list, by their name. */
    Map<String, Part> named(String... path) {
      Map<String, Part> found = new LinkedHashMap<>();
      list(path).forEach(one -> found.put(of(one).at("name").toString(), of(one)));
      return found;
    }
  }

  @BeforeEach
  void readManifests() throws IOException {
    String text = Files.readString(DEPLOY.resolve("kubernetes.yaml"));
    for (Object document : new Yaml().loadAll(text)) {
      Part manifest = Part.of(document);
      manifests.put(manifest.at("kind").toString(), manifest);
    }
    pod = manifest("StatefulSet").part("spec", "template", "spec");
  }

  private Part manifest(String kind) {
    Part found = manifests.get(kind);
    assertThat(found).as(kind).isNotNull();
    return found;
  }

  private Part container() {
    return pod.named("containers").get("node");
  }

  /** The node.conf of the manifests as the pod winnow-0 reads it. */
  private NodeConfig node(String... overrides) throws IOException {
    Path token = Files.writeString(folder.resolve("token"), TOKEN);
    String text =
        manifest("ConfigMap")
            .at("data", "node.conf")
            .toString()
            .replace("${HOSTNAME}", "\"winnow-0\"")
            .replace("${WINNOW_STORE_PASSWORD}", "secret")
            .replace("/etc/winnow-http/token", token.toString());
    Path conf = Files.writeString(folder.resolve("node.conf"), text);
    return NodeConfig.read(conf, List.of(overrides));
  }

  @Test
  void portsOfTheManifestsAreThoseOfTheNode() throws IOException {
    NodeConfig node = node();
    Map<String, Part> ports = container().named("ports");
    assertThat(ports.get("cluster").at("containerPort")).isEqualTo(node.cluster().address().port());
    assertThat(ports.get("http").at("containerPort")).isEqualTo(http(node).port());
    assertThat(manifest("Service").named("spec", "ports").get("cluster").at("port"))
        .isEqualTo(node.cluster().address().port());
    for (String probe : PROBES) {
      assertThat(container().at(probe, "httpGet", "port")).isEqualTo("http");
    }
  }

  private static NodeAddress http(NodeConfig node) {
    NodeAddress http = node.http();
    assertThat(http).isNotNull();
    return http;
  }

  @Test
  void nodesJoinThroughThePodsThatThereAre() throws IOException {
    Part set = manifest("StatefulSet");
    String service = manifest("Service").at("metadata", "name").toString();
    assertThat(set.at("spec", "serviceName")).isEqualTo(service);
    int replicas = (int) set.at("spec", "replicas");
    String name = set.at("metadata", "name").toString();
    assertThat(node().cluster().join())
        .isEqualTo(
            IntStream.range(0, replicas)
                .mapToObj(i -> new NodeAddress(name + "-" + i + "." + service, 2551))
                .toList());
    assertThat(node().cluster().address().host()).isEqualTo(name + "-0." + service);
  }

  @Test
  void filesThatTheNodeReadsAreMounted() {
    Map<String, Part> volumes = pod.named("volumes");
    Map<String, Part> mounts = container().named("volumeMounts");
    assertThat(volumes.keySet()).containsAll(mounts.keySet());
    assertThat(volumes.get("config").at("configMap", "name"))
        .isEqualTo(manifest("ConfigMap").at("metadata", "name"));
    String conf = manifest("ConfigMap").at("data", "node.conf").toString();
    assertThat(conf)
        .contains("token-file = \"" + mounts.get("http").at("mountPath") + "/token\"")
        .contains("log = \"" + mounts.get("log").at("mountPath") + "/");
    assertThat(command()).contains(mounts.get("config").at("mountPath") + "/node.conf");
    assertThat(container().named("env")).containsKey("WINNOW_STORE_PASSWORD");
  }

  @Test
  void commandsAreThoseOfTheCommandLine() throws IOException {
    assertKnown(command());
    assertKnown(List.of(unit().getProperty("ExecStart").split(" ")));
  }

  private List<String> command() {
    return container().list("command").stream().map(Object::toString).toList();
  }

  private static void assertKnown(List<String> command) {
    assertThat(command.get(0)).isEqualTo("/opt/winnow/winnow");
    CommandContext context =
        new CommandContext(
            ActorEngine::new, Terminal.ofProcess(), new Logging(), WinnowInProcess.HOME);
    String[] arguments = command.subList(1, command.size()).toArray(String[]::new);
    CommandLine.ParseResult parsed = CommandLines.of(context).parseArgs(arguments);
    assertThat(parsed.subcommand().commandSpec().name()).isEqualTo("node");
  }

  /** A unit's last section wins, which no key of ours needs. */
  private static Properties unit() throws IOException {
    Properties unit = new Properties();
    try (var reader = Files.newBufferedReader(DEPLOY.resolve("winnow-node.service"))) {
      unit.load(reader);
    }
    return unit;
  }

  @Test
  void unitStartsANodeAgainUnlessAPersonMustLook() throws IOException {
    List<String> never = List.of(unit().getProperty("RestartPreventExitStatus").split(" "));
    assertThat(never)
        .contains("2", "" + NodeEnd.REFUSED.exitCode())
        .doesNotContain("" + NodeEnd.LOST.exitCode(), "" + NodeEnd.FAILED.exitCode());
    assertThat(unit().getProperty("Restart")).isEqualTo("on-failure");
    assertThat(unit().getProperty("EnvironmentFile")).isEqualTo("-/etc/winnow/node.env");
  }

  @Test
  void probesAreAnsweredWithoutTheToken() throws Exception {
    Path conf = folder.resolve("here.conf");
    Files.writeString(conf, "port = 0, workers = 1, timings = patient, store.folder = store");
    Bases bases = new Bases();
    try (WinnowNode node =
            WinnowNode.start(
                NodeSettings.of(
                    NodeConfig.read(conf, List.of()),
                    new FolderPlanner(bases),
                    new BaseSweeps(bases)));
        Gateway gateway = Gateway.start(node, new GatewaySettings("127.0.0.1", 0, TOKEN))) {
      node.whenUp().toCompletableFuture().join();
      List<String> paths = new ArrayList<>();
      PROBES.forEach(probe -> paths.add(container().at(probe, "httpGet", "path").toString()));
      for (String path : paths) {
        URI uri = URI.create("http://127.0.0.1:" + gateway.address().getPort() + path);
        HttpResponse<String> answer =
            HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
      }
    }
    bases.close();
  }
}
