package io.winnow.actors.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.winnow.model.compute.UserProblem;
import io.winnow.protocol.WeightsCommand;
import io.winnow.protocol.WeightsMessage;
import io.winnow.protocol.WeightsReply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FetchedWeightsTest {
  private static final String PRINT = "0123456789abcdef".repeat(4);
  private static final Path MODEL = Path.of("../conf/quickstart/model").toAbsolutePath();

  private final ActorTestKit kit =
      ActorTestKit.create(
          ConfigFactory.parseString("winnow.chunk = 10KiB\nakka.actor.serialize-messages = on")
              .withFallback(ConfigFactory.load()));

  @TempDir Path folder;

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private FetchedWeights weights(Duration patience) {
    FetchedWeights weights = new FetchedWeights(folder.resolve("cache"), patience);
    weights.connect(kit.system());
    return weights;
  }

  private FetchedWeights weights() {
    return weights(Duration.ofSeconds(30));
  }

  private static byte[] content() {
    byte[] content = new byte[10 * ScriptedServer.CHUNK + 7];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31);
    }
    return content;
  }

  private ScriptedServer serve(String name, UnaryOperator<WeightsReply.Chunk> fault) {
    ScriptedServer server = new ScriptedServer(name, content(), fault);
    kit.spawn(server.behavior());
    return server;
  }

  private static boolean isContent(Path draft) {
    try {
      return Arrays.equals(Files.readAllBytes(draft.resolve("model.safetensors")), content());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static WeightsReply.Chunk damaged(WeightsReply.Chunk chunk) {
    byte[] bytes = chunk.bytes().clone();
    bytes[0] ^= 1;
    return new WeightsReply.Chunk(
        chunk.fingerprint(), chunk.file(), chunk.offset(), bytes, chunk.checksum());
  }

  private List<String> cached() throws IOException {
    try (Stream<Path> entries = Files.list(folder.resolve("cache"))) {
      return entries.map(e -> e.getFileName().toString()).filter(n -> !n.endsWith("lock")).toList();
    }
  }

  @Test
  void modelArrivesWholeWithNothingElseOfItsFolder() throws IOException {
    kit.spawn(WeightsServer.create(print -> Optional.of(MODEL).filter(m -> print.equals(PRINT))));

    Path place = weights().fetch(PRINT, draft -> true);

    assertThat(place).isEqualTo(folder.resolve("cache").resolve(PRINT));
    try (Stream<Path> files = Files.list(place)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("config.json", "model.safetensors");
    }
    for (String file : List.of("config.json", "model.safetensors")) {
      assertThat(place.resolve(file)).hasSameBinaryContentAs(MODEL.resolve(file));
    }
    assertThat(cached()).containsExactly(PRINT);
  }

  @Test
  void whatWasFetchedIsNotAskedForAgain() throws IOException {
    Files.createDirectories(folder.resolve("cache").resolve(PRINT));

    assertThat(new FetchedWeights(folder.resolve("cache")).fetch(PRINT, draft -> false))
        .isEqualTo(folder.resolve("cache").resolve(PRINT));
  }

  @Test
  void serverGivesNoOtherFileAndNoOtherWeights() {
    ActorRef<WeightsMessage> server =
        kit.spawn(
            WeightsServer.create(print -> Optional.of(MODEL).filter(m -> print.equals(PRINT))));
    TestProbe<WeightsReply> probe = kit.createTestProbe(WeightsReply.class);

    server.tell(new WeightsCommand.Read(PRINT, 2, 0, probe.getRef()));
    probe.expectMessageClass(WeightsReply.Lacking.class);
    server.tell(new WeightsCommand.Read(PRINT, -1, 0, probe.getRef()));
    probe.expectMessageClass(WeightsReply.Lacking.class);
    server.tell(new WeightsCommand.Read(PRINT, 0, -1, probe.getRef()));
    probe.expectMessageClass(WeightsReply.Lacking.class);
    server.tell(new WeightsCommand.Read("../../etc", 0, 0, probe.getRef()));
    probe.expectMessageClass(WeightsReply.Lacking.class);
    server.tell(new WeightsCommand.Find("f".repeat(64), probe.getRef()));
    probe.expectMessageClass(WeightsReply.Lacking.class);
  }

  @Test
  void whereNobodyServesTheMessageSaysWhatToDo() {
    assertThatThrownBy(() -> weights(Duration.ofMillis(700)).fetch(PRINT, draft -> true))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("lacks base weights " + PRINT)
        .hasMessageContaining("weights.serve = true");
  }

  @Test
  void damagedChunkIsRefusedAndTheCopyGoesOnFromThere() {
    AtomicInteger chunks = new AtomicInteger();
    ScriptedServer server =
        serve("model.safetensors", chunk -> chunks.incrementAndGet() == 4 ? damaged(chunk) : chunk);

    Path place = weights().fetch(PRINT, FetchedWeightsTest::isContent);

    assertThat(isContent(place)).isTrue();
    assertThat(server.offsets).hasSize(12).containsOnlyOnce(0L, 200L, 400L);
    assertThat(server.offsets.stream().filter(offset -> offset == 300L)).hasSize(2);
  }

  @Test
  void nodeThatDamagesEveryChunkComesToNothingButALine() throws IOException {
    serve("model.safetensors", FetchedWeightsTest::damaged);

    assertThatThrownBy(() -> weights().fetch(PRINT, draft -> true))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("could not be fetched from any node")
        .hasMessageContaining("a chunk arrived damaged: byte 0 of file 0");
    assertThat(cached()).doesNotContain(PRINT);
  }

  @Test
  void anotherNodeIsTriedWhereOneDoesNotGiveWhatItOffered() {
    serve("model.safetensors", FetchedWeightsTest::damaged);
    serve("model.safetensors", chunk -> chunk);

    assertThat(isContent(weights().fetch(PRINT, FetchedWeightsTest::isContent))).isTrue();
  }

  @Test
  void copyThatWasCutShortIsGoneOnWith() throws IOException {
    Path draft = Files.createDirectories(folder.resolve("cache/." + PRINT + ".part"));
    Files.write(draft.resolve("model.safetensors"), Arrays.copyOf(content(), 555));
    ScriptedServer server = serve("model.safetensors", chunk -> chunk);

    assertThat(isContent(weights().fetch(PRINT, FetchedWeightsTest::isContent))).isTrue();
    assertThat(server.offsets).first().isEqualTo(555L);
  }

  @Test
  void copyThatProvesWrongIsBegunAnew() throws IOException {
    Path draft = Files.createDirectories(folder.resolve("cache/." + PRINT + ".part"));
    Files.write(draft.resolve("model.safetensors"), new byte[555]);
    ScriptedServer server = serve("model.safetensors", chunk -> chunk);

    assertThat(isContent(weights().fetch(PRINT, FetchedWeightsTest::isContent))).isTrue();
    assertThat(server.offsets).contains(555L, 0L);
  }

  @Test
  void weightsOfAnotherFingerprintAreThrownAway() throws IOException {
    serve("model.safetensors", chunk -> chunk);

    assertThatThrownBy(() -> weights().fetch(PRINT, draft -> false))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("what came has another fingerprint");
    assertThat(cached()).isEmpty();
  }

  @Test
  void nameThatLeadsOutOfTheFolderIsRefused() {
    serve("../model.safetensors", chunk -> chunk);

    assertThatThrownBy(() -> weights().fetch(PRINT, draft -> true))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("'../model.safetensors', which is no file of a model");
    assertThat(folder.resolve("cache/model.safetensors")).doesNotExist();
  }
}
