package io.winnow.actors.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.cluster.Cluster;
import akka.serialization.SerializerWithStringManifest;
import akka.testkit.javadsl.TestKit;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.RunId;
import io.winnow.protocol.WinnowVersion;
import io.winnow.protocol.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Two systems that talk over loopback: what is refused between them leaves one line. */
class WireLogTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int MANY = 20;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final ActorSystem receiver = system("");
  private final TestKit inbox = new TestKit(receiver);

  /** A message that nobody registered. */
  record Stranger(String text) implements Wire {}

  /** A node of Winnow that sends what the receiver does not read. */
  public static final class Foreign extends SerializerWithStringManifest {
    @Override
    public int identifier() {
      return 770_001;
    }

    @Override
    public String manifest(Object message) {
      String text = ((Stranger) message).text();
      return text.isEmpty() ? "message@" + WinnowVersion.text() : text;
    }

    @Override
    public byte[] toBinary(Object message) {
      return new byte[] {(byte) 0x8f, 0x4e}; // Kryo: an object of the class with id 9997
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
      throw new IllegalStateException("a foreign node only sends");
    }
  }

  @BeforeEach
  void listen() {
    log.start();
    ((Logger) LoggerFactory.getLogger(WireLog.class)).addAppender(log);
  }

  @AfterEach
  void stop() {
    ((Logger) LoggerFactory.getLogger(WireLog.class)).detachAppender(log);
    TestKit.shutdownActorSystem(receiver);
  }

  private static ActorSystem system(String more) {
    Config config =
        ConfigFactory.parseString(more)
            .withFallback(
                ConfigFactory.parseString(
                    "akka.remote.artery.advanced.maximum-frame-size = 64KiB\n"
                        + "akka.persistence.journal.plugin = akka.persistence.journal.inmem"))
            .withFallback(ConfigFactory.parseResources("winnow-node.conf"))
            .withFallback(ConfigFactory.load());
    return ActorSystem.create("winnow", config.resolve());
  }

  private ActorRef inboxFrom(ActorSystem sender) {
    Address address = Cluster.get(receiver).selfAddress();
    String path = inbox.getRef().path().toStringWithAddress(address);
    TestKit probe = new TestKit(sender);
    sender
        .actorSelection(path)
        .resolveOne(DEADLINE)
        .whenComplete((ref, failure) -> probe.getRef().tell(ref, ActorRef.noSender()));
    return probe.expectMsgClass(DEADLINE, ActorRef.class);
  }

  private List<String> lines() {
    return List.copyOf(log.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .filter(line -> line.startsWith("event="))
        .toList();
  }

  private String theLine(TestKit kit) {
    kit.awaitCond(DEADLINE, () -> !lines().isEmpty());
    return lines().get(0);
  }

  @Test
  void messageOfAnotherVersionLeavesOneLineHoweverOftenItComes() {
    ActorSystem sender = foreign();
    ActorRef target = inboxFrom(sender);
    for (int i = 0; i < MANY; i++) {
      target.tell(new Stranger("message@99.0.0"), ActorRef.noSender());
    }

    target.tell("the last", ActorRef.noSender());

    inbox.expectMsgEquals(DEADLINE, "the last");
    assertThat(theLine(inbox))
        .contains("event=message-refused from=akka://winnow@127.0.0.1:")
        .contains("Winnow 99.0.0 is not read, this is " + WinnowVersion.text());
    assertThat(lines()).hasSize(1);
    TestKit.shutdownActorSystem(sender);
  }

  @Test
  void classThatIsNotRegisteredLeavesOneLineAtTheReceiver() {
    ActorSystem sender = foreign();
    ActorRef target = inboxFrom(sender);
    for (int i = 0; i < MANY; i++) {
      target.tell(new Stranger(""), ActorRef.noSender());
    }

    target.tell("the last", ActorRef.noSender());

    inbox.expectMsgEquals(DEADLINE, "the last");
    assertThat(theLine(inbox)).contains("event=message-refused").contains("unregistered class");
    assertThat(lines()).hasSize(1);
    TestKit.shutdownActorSystem(sender);
  }

  @Test
  void messageAboveTheFrameLeavesOneLineWithSizeAndLimitAtTheSender() {
    ActorSystem sender = system("");
    ActorRef target = inboxFrom(sender);
    target.tell(unloaded("x".repeat(100_000)), ActorRef.noSender());

    target.tell(unloaded("small"), ActorRef.noSender());

    inbox.expectMsgEquals(DEADLINE, unloaded("small"));
    assertThat(theLine(inbox))
        .contains("event=message-too-large")
        .containsPattern("Unloaded of 100\\d\\d\\d bytes, but a frame has room for 6\\d\\d\\d\\d");
    TestKit.shutdownActorSystem(sender);
  }

  @Test
  void classThatIsNotRegisteredLeavesOneLineAtTheSender() {
    ActorSystem sender = system("");
    ActorRef target = inboxFrom(sender);
    for (int i = 0; i < MANY; i++) {
      target.tell(new Stranger("hello"), ActorRef.noSender());
    }

    target.tell(unloaded("known"), ActorRef.noSender());

    inbox.expectMsgEquals(DEADLINE, unloaded("known"));
    assertThat(theLine(inbox)).contains("event=message-not-sent").contains("Stranger");
    assertThat(lines()).hasSize(1);
    TestKit.shutdownActorSystem(sender);
  }

  @Test
  void bytesThatAreNoFramesLeaveOneLineHoweverOftenTheyCome() throws Exception {
    int port = Cluster.get(receiver).selfAddress().getPort().orElseThrow();
    for (int i = 0; i < MANY; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
        assertThat(isCutOff(socket)).isTrue();
      }
    }

    assertThat(theLine(inbox))
        .contains("event=connection-refused from=127.0.0.1 reason=\"Stream didn't start with");
    assertThat(lines()).hasSize(1);
  }

  private static boolean isCutOff(Socket socket) throws IOException {
    try {
      return socket.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  private static LayerReply.Unloaded unloaded(String layer) {
    return new LayerReply.Unloaded(new RunId("run"), 1, layer);
  }

  private static ActorSystem foreign() {
    return system("akka.actor.serializers.winnow-kryo = \"" + Foreign.class.getName() + "\"");
  }
}
