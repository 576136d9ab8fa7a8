package io.winnow.it;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.serialization.SerializerWithStringManifest;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;

/**
 * What speaks Akka's protocol, but is no node of the cluster: it sends what a node must refuse. Its
 * own limit of a frame is above that of nodes.
 */
final class ForeignSystem implements AutoCloseable {
  private static final String KRYO = "akka.actor.serializers.winnow-kryo";
  private static final String FRAME = "akka.remote.artery.advanced.maximum-large-frame-size";
  private static final String SSL = "akka.remote.artery.ssl.";

  private final ActorSystem system;

  private ForeignSystem(String settings) {
    Config config =
        ConfigFactory.parseString(settings + "\n" + KRYO + " = \"" + Sender.class.getName() + "\"")
            .withFallback(
                ConfigFactory.parseString(
                    "akka.actor.provider = remote\nakka.loggers = []\nakka.loglevel = OFF\n"
                        + FRAME
                        + " = 64MiB"))
            .withFallback(ConfigFactory.parseResources("winnow-node.conf"))
            .withFallback(ConfigFactory.load());
    this.system = ActorSystem.create("winnow", config.resolve());
  }

  /** One that speaks plaintext. */
  static ForeignSystem plain() {
    return new ForeignSystem("");
  }

  /** One with a key and certificate of this folder. */
  static ForeignSystem withCertificate(Path pem) {
    return new ForeignSystem(
        String.join(
            "\n",
            "akka.remote.artery.transport = tls-tcp",
            SSL
                + "ssl-engine-provider ="
                + " \"akka.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider\"",
            SSL + "rotating-keys-engine.key-file = \"" + pem.resolve("node.key") + "\"",
            SSL + "rotating-keys-engine.cert-file = \"" + pem.resolve("node.crt") + "\"",
            SSL + "rotating-keys-engine.ca-cert-file = \"" + pem.resolve("ca.crt") + "\""));
  }

  /** To the worker of the node at this port. */
  void send(int port, Message message) {
    String path = "akka://winnow@127.0.0.1:" + port + "/user/worker-0";
    ((ExtendedActorSystem) system)
        .provider()
        .resolveActorRef(path)
        .tell(message, ActorRef.noSender());
  }

  @Override
  public void close() {
    system.terminate(); // nobody waits for the end: it takes long where what was sent is refused
  }

  /** Bytes under a manifest. */
  record Message(String manifest, byte[] bytes) implements io.winnow.protocol.Wire {}

  /** Writes what it is told, as the serializer that nodes read control messages with. */
  public static final class Sender extends SerializerWithStringManifest {
    @Override
    public int identifier() {
      return 770_001;
    }

    @Override
    public String manifest(Object message) {
      return ((Message) message).manifest();
    }

    @Override
    public byte[] toBinary(Object message) {
      return ((Message) message).bytes();
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
      throw new IllegalStateException("a foreign system only sends");
    }
  }
}
