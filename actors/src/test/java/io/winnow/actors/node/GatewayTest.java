package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.winnow.actors.gateway.FastGateway;
import io.winnow.actors.gateway.Gateway;
import io.winnow.actors.gateway.GatewaySettings;
import io.winnow.actors.run.RunCoordinator;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.RunId;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs are begun, watched and steered by HTTP, and by nobody who must not. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GatewayTest {
  private static final String TOKEN = "a-token-of-sufficient-length";
  private static final long SEED = 77;

  @TempDir static Path folder;
  private static TestNode node;
  private static Gateway gateway;
  private static GatewayCalls calls;

  @BeforeAll
  static void start() {
    node = TestNode.start(folder, 2);
    gateway = FastGateway.start(node.node, new GatewaySettings("127.0.0.1", 0, TOKEN));
    calls = GatewayCalls.of(gateway, TOKEN);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    node.close();
  }

  @AfterEach
  void mend() {
    node.sweeps.mend(SEED);
  }

  private static String config(String... more) {
    String[] all = java.util.Arrays.copyOf(more, more.length + 2);
    all[more.length] = "seed=" + SEED;
    all[more.length + 1] = "schedule.kind=constant";
    return TinyRun.config(folder, all);
  }

  @Test
  void submittedRunIsFollowedToItsEndAndSteeredOnTheWay() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 20);
    GatewayCalls.Reply submitted = calls.post("/runs?name=steered", config());
    assertThat(submitted.status()).as(submitted.text()).isEqualTo(201);
    assertThat(submitted.json().path("run").asText()).isEqualTo("steered");

    try (GatewayCalls.Events events = calls.events("steered")) {
      events.await("step", data -> data.path("step").asLong() >= 3);
      assertThat(calls.post("/runs/steered/set", "{\"optimizer.lr\": 5e-4}").status())
          .isEqualTo(200);
      JsonNode going = calls.get("/runs/steered").json();
      assertThat(going.path("status").asText()).isEqualTo("RUNNING");
      assertThat(going.path("total_steps").asLong()).isEqualTo(TinyRun.STEPS);
      assertThat(going.path("heads").asInt()).isGreaterThan(3);
      held.countDown();
      GatewayCalls.Event finished = events.await("finished");

      assertThat(finished.id()).isEqualTo(TinyRun.STEPS);
      assertThat(finished.data().path("kept")).hasSize(3);
      assertThat(events.next()).as("the stream ends with its run").isNull();
      long from = events.seen("changed").findFirst().orElseThrow().data().path("step").asLong();
      assertThat(lr("/runs/steered/metrics?after=" + (from - 1))).containsOnly(5e-4f);
      assertThat(lr("/runs/steered/metrics").subList(0, 3)).doesNotContain(5e-4f);
      assertThat(events.seen("step").map(GatewayCalls.Event::id)).doesNotHaveDuplicates();
    }
    JsonNode over = calls.get("/runs/steered").json();
    assertThat(over.path("status").asText()).isEqualTo("FINISHED");
    assertThat(over.path("step").asLong()).isEqualTo(TinyRun.STEPS);
    submittingAgainIsTheSameRun();
  }

  private static List<Float> lr(String path) {
    return calls.rows(path).stream()
        .filter(row -> row.has("lr"))
        .map(row -> (float) row.path("lr").asDouble())
        .toList();
  }

  private static void submittingAgainIsTheSameRun() {
    GatewayCalls.Reply again = calls.post("/runs?name=steered", config());
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json().path("status").asText()).isEqualTo("FINISHED");
    GatewayCalls.Reply other = calls.post("/runs?name=steered", config("method.keep=4"));
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.error()).contains("exists here with another configuration");
    assertThat(calls.post("/runs/steered/pause", "").status()).isEqualTo(409);
    assertThat(calls.post("/runs/steered/set", "{\"optimizer.lr\": 1}").error())
        .isEqualTo("run 'steered' is finished");
  }

  @Test
  void pausedRunTellsWhoComesLaterAndGoesOnWhenToldTo() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 16);
    assertThat(calls.post("/runs?name=paused", config()).status()).isEqualTo(201);
    try (GatewayCalls.Events events = calls.events("paused")) {
      events.await("step", data -> data.path("step").asLong() >= 9);
      assertThat(calls.post("/runs/paused/checkpoint", "").status()).isEqualTo(202);
      assertThat(calls.delete("/runs/paused").error()).contains("pause it first");
      GatewayCalls.Reply paused = calls.post("/runs/paused/pause", "{\"reason\": \"tea\"}");
      held.countDown();
      assertThat(paused.json().path("status").asText()).as(paused.text()).isEqualTo("PAUSED");
      assertThat(events.await("paused").data().path("reason").asText()).isEqualTo("tea");

      try (GatewayCalls.Events later = calls.events("paused")) {
        JsonNode state = later.await("attached").data();
        assertThat(state.path("status").asText()).isEqualTo("PAUSED");
        assertThat(state.path("reason").asText()).isEqualTo("tea");
        assertThat(calls.post("/runs/paused/resume", "").status()).isEqualTo(200);
        later.await("finished");
        events.await("finished");
      }
    }
    assertThat(calls.delete("/runs/paused").json().path("status").asText()).isEqualTo("REMOVED");
    assertThat(calls.get("/runs/paused").status()).isEqualTo(404);
  }

  @Test
  void subscriberThatComesBackAndOneOfACoordinatorThatDiedAreToldHowTheAttemptBegan() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 15);
    calls.post("/runs?name=lost", config());
    try (GatewayCalls.Events first = calls.events("lost")) {
      first.await("step", data -> data.path("step").asLong() >= 10);
    }
    try (GatewayCalls.Events second = calls.events("lost")) {
      second.await("attached");
      assertThat(second.await("began").data().path("attempt").asLong()).isEqualTo(1);
      node.node.post().toCoordinator(new RunId("lost"), RunCoordinator.Stop.NOW);
      JsonNode began = second.await("began", data -> data.path("attempt").asLong() > 1).data();
      assertThat(began.path("step").asLong()).isPositive();
      held.countDown();
      second.await("finished");
      assertThat(second.seen("attached")).hasSize(1);
    }
  }

  @Test
  void examplesOfTheDocumentWork() throws Exception {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 20);
    Files.writeString(folder.resolve("run.conf"), config());
    List<String> examples =
        Files.readAllLines(Path.of("../docs/control.md")).stream()
            .filter(line -> line.startsWith("    curl "))
            .map(line -> line.strip().replaceFirst("curl", "curl -sS --fail-with-body"))
            .toList();
    assertThat(examples).hasSizeGreaterThan(12);
    for (String example : examples) {
      if (example.contains("/events")) {
        held.countDown();
      }
      ProcessBuilder shell = new ProcessBuilder("bash", "-c", example).directory(folder.toFile());
      shell.environment().put("GATEWAY", calls.base().toString());
      shell.environment().put("TOKEN", TOKEN);
      Process process = shell.redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(example + "\n" + said).isZero();
      assertThat(said).as(example).isNotEmpty().doesNotContain("error");
    }
    assertThat(calls.get("/runs/reviews").status()).isEqualTo(404);
  }

  @Test
  void strangersAreNotLetInAndLearnNothing() {
    GatewayCalls nobody = GatewayCalls.of(gateway, null);
    GatewayCalls wrong = GatewayCalls.of(gateway, TOKEN + "x");
    for (String path : List.of("/runs", "/runs/a", "/runs/a/events", "/metrics", "/nothing")) {
      assertThat(nobody.get(path).status()).as(path).isEqualTo(401);
      assertThat(wrong.get(path).status()).as(path).isEqualTo(401);
    }
    assertThat(wrong.post("/runs", config()).error()).contains("not the token");
    assertThat(wrong.delete("/runs/a").status()).isEqualTo(401);
    assertThat(nobody.get("/health").json().path("status").asText()).isEqualTo("up");
    assertThat(nobody.get("/ready").json().path("ready").asBoolean()).isTrue();
    assertThat(nobody.get("/version").json().has("version")).isTrue();
  }

  @Test
  void whatIsWrongIsSaidInOneMessage() {
    node.finish("said", config());
    assertThat(calls.get("/runs/nobody").error()).isEqualTo("there is no run 'nobody' here");
    assertThat(calls.get("/runs/nobody/events").status()).isEqualTo(404);
    assertThat(calls.post("/runs/nobody/pause", "").status()).isEqualTo(404);
    refused(calls.get("/runs/a%20b"), 400, "use 1 to 100 letters");
    refused(calls.get("/elsewhere"), 404, "nothing at /elsewhere");
    refused(calls.get("/runs/said/pause"), 405, "answers to POST alone");
    refused(calls.post("/runs/said/pause", "{garbage"), 400, "not valid JSON");
    refused(calls.post("/runs/said/set", "[1]"), 400, "expected a JSON object");
    refused(calls.post("/runs/said/set", "{}"), 400, "nothing to set");
    refused(calls.post("/runs/said/set", "{\"a\": {}}"), 400, "expected a number");
    refused(calls.get("/runs/said/metrics?after=x"), 400, "expected a step");
    refused(calls.post("/runs", "x".repeat(2 << 20)), 413, "too large");
    refused(calls.post("/runs", "{ garbage"), 400, "run.conf");
    refused(calls.post("/runs", "metod.rank = 4"), 400, "metod", "method");
    String elsewhere = config().replaceAll("(?m)^(model\\.path *= *).*$", "$1\"/elsewhere/model\"");
    refused(
        calls.post("/runs?name=elsewhere", elsewhere),
        400,
        "run.conf, at node " + node.node.address(),
        "/elsewhere/model");
    refused(calls.get("/runs/siad"), 404, "there is no run 'siad' here; did you mean said?");
  }

  private static void refused(GatewayCalls.Reply reply, int status, String... words) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.error()).contains(words);
  }

  @Test
  void wrongSettingNamesTheNearestAndChangesNothing() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 5);
    calls.post("/runs?name=wrong", config());
    GatewayCalls.Reply reply =
        calls.post("/runs/wrong/set", "{\"optimizer.clip\": 2, \"optimizer.lrr\": 1e-4}");
    refused(reply, 400, "optimizer.lrr cannot change while a run goes on", "optimizer.lr");
    refused(calls.post("/runs/wrong/set", "{\"optimizer.lr\": \"fast\"}"), 400, "optimizer.lr");
    try (GatewayCalls.Events events = calls.events("wrong")) {
      held.countDown();
      events.await("finished");
      assertThat(events.seen("changed")).isEmpty();
    }
  }

  @Test
  void submittedTextSeesNeitherFilesNorEnvironmentOfTheNode() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret.conf"), "name = secret");
    for (String include :
        List.of("\"" + secret + "\"", "file(\"" + secret + "\")", "url(\"file:" + secret + "\")")) {
      refused(calls.post("/runs", "include " + include + "\n" + config()), 400, "not allowed");
    }
    refused(calls.post("/runs", config() + "\nname = ${PATH}"), 400, "PATH");
  }

  @Test
  void metricsAreWhatPrometheusReads() {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 8);
    calls.post("/runs?name=measured", config());
    try (GatewayCalls.Events events = calls.events("measured")) {
      events.await("step", data -> data.path("step").asLong() == 7);
      String page = calls.get("/metrics").text();
      held.countDown();
      events.await("finished");

      assertThat(page)
          .contains("winnow_workers 2\n")
          .contains("# TYPE winnow_run_step gauge\nwinnow_run_step{run=\"measured\"} 7\n")
          .contains("winnow_run_attempts_total{run=\"measured\"} 1\n")
          .contains("winnow_run_hand_offs_total{run=\"measured\"} 0\n")
          .contains("winnow_run_running{run=\"measured\"} 1\n")
          .containsPattern("winnow_run_loss\\{run=\"measured\"} \\d\\.\\d+\n")
          .containsPattern("winnow_run_tokens_per_second\\{run=\"measured\"} [1-9]")
          .containsPattern("winnow_run_parameters\\{run=\"measured\"} [1-9]\\d+\n");
      assertThat(page.lines()).allMatch(line -> line.matches("# .*|[a-z_]+(\\{.*})? \\S+"));
    }
    JsonNode runs = calls.get("/runs").json().path("runs");
    assertThat(runs.findValuesAsText("run")).contains("measured");
  }

  @Test
  void withoutTokenOnlyThisMachineIsLetInAndNoWebPage() throws IOException {
    try (Gateway open = Gateway.start(node.node, new GatewaySettings("127.0.0.1", 0, null))) {
      GatewayCalls local = GatewayCalls.of(open, null);
      assertThat(local.get("/runs").status()).isEqualTo(200);
      var page = local.request("/runs").header("Origin", "http://evil.example").GET().build();
      assertThat(GatewayCalls.send(page).status()).isEqualTo(403);
      assertThat(raw(open, "GET /runs HTTP/1.1\r\nHost: evil.example\r\n"))
          .startsWith("HTTP/1.1 403");
    }
    assertThatThrownBy(() -> new GatewaySettings("0.0.0.0", 8080, null))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("http.token-file");
  }

  private static String raw(Gateway open, String head) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", open.address().getPort())) {
      String request = head + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @Test
  void silentStreamIsKeptAliveAndEndsWithItsGateway() throws Exception {
    CountDownLatch held = node.sweeps.holdFrom(SEED, 3);
    calls.post("/runs?name=silent", config());
    Gateway brief = FastGateway.start(node.node, new GatewaySettings("127.0.0.1", 0, TOKEN));
    HttpRequest request =
        GatewayCalls.of(brief, TOKEN).request("/runs/silent/events").GET().build();
    Iterator<String> stream =
        HttpClient.newHttpClient()
            .send(request, HttpResponse.BodyHandlers.ofLines())
            .body()
            .iterator();
    List<String> lines = new ArrayList<>();
    while (lines.stream().filter(": heartbeat"::equals).count() < 3) {
      lines.add(stream.next());
    }
    brief.close();
    stream.forEachRemaining(lines::add);
    held.countDown();

    assertThat(lines.stream().filter("event: attached"::equals)).hasSize(1);
  }

  @Test
  void gatewayOfOneRunKnowsNoOther() {
    node.finish("mine", config());
    node.finish("theirs", config());
    GatewaySettings settings = new GatewaySettings("127.0.0.1", 0, TOKEN);
    try (Gateway one = Gateway.startFor(new RunId("mine"), node.node, settings)) {
      GatewayCalls mine = GatewayCalls.of(one, TOKEN);
      assertThat(mine.get("/runs").json().path("runs").findValuesAsText("run"))
          .containsExactly("mine");
      refused(mine.get("/runs/theirs"), 404, "works on run 'mine' alone");
      refused(mine.post("/runs?name=new", config()), 409, "works on run 'mine' alone");
      refused(mine.delete("/runs/mine"), 409, "winnow rm");
    }
  }

  @Test
  void portThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      GatewaySettings same = new GatewaySettings("127.0.0.1", taken.getLocalPort(), TOKEN);
      assertThatThrownBy(() -> Gateway.start(node.node, same))
          .isInstanceOf(UserProblem.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void settingsAreReadFromANodesConfiguration() throws IOException {
    Path file = Files.writeString(folder.resolve("token"), TOKEN + "\n");
    GatewaySettings read =
        GatewaySettings.of(
            ConfigFactory.parseString(
                "host = 0.0.0.0, port = 8080, token-file = \"" + file + "\""));

    assertThat(read).isEqualTo(new GatewaySettings("0.0.0.0", 8080, TOKEN));
    assertThat(read.toString()).doesNotContain(TOKEN);
    assertThatThrownBy(() -> new GatewaySettings("0.0.0.0", 8080, "short"))
        .hasMessageContaining("at least 16");
  }
}
