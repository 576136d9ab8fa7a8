package io.winnow.actors.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a node meets others.
 *
 * @param address where other nodes reach it
 * @param bindHost the interface it listens on; empty = the host of its address
 * @param bindPort the port it listens at; 0 = the port of its address
 * @param join nodes to join through; empty = it begins a cluster
 * @param joinDeadline after which a node that found no cluster gives up
 */
public record ClusterSettings(
    NodeAddress address,
    String bindHost,
    int bindPort,
    List<Role> roles,
    List<NodeAddress> join,
    Duration joinDeadline,
    Timings timings,
    @Nullable Tls tls) {
  /** What a node is there for; a node without roles is a client. */
  public enum Role {
    CONTROL,
    ADAPTERS,
    WORKER;

    /** How it is written. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How soon silence counts as death. */
  public enum Timings {
    DEFAULT,
    FAST,
    PATIENT
  }

  /** Key, certificate and authority of a node (PEM) for connections that both sides prove. */
  public record Tls(Path key, Path certificate, Path authority) {}

  /** Every role but that of clients: only nodes with it decide by majority. */
  private static final String MEMBER = "member";

  private static final String ARTERY = "akka.remote.artery.";
  private static final String ENGINE = ARTERY + "ssl.rotating-keys-engine.";

  /** A node that is a cluster of itself alone, for as long as a command takes. */
  public static final ClusterSettings ALONE =
      new ClusterSettings(
          new NodeAddress("127.0.0.1", 0),
          "",
          0,
          List.of(Role.values()),
          List.of(),
          Duration.ofMinutes(1),
          Timings.DEFAULT,
          null);

  public ClusterSettings {
    roles = List.copyOf(roles);
    join = List.copyOf(join);
  }

  /** Whether this is {@link #ALONE}. */
  boolean isAlone() {
    return equals(ALONE);
  }

  /** The same, joining through these nodes. */
  ClusterSettings joining(List<NodeAddress> others) {
    return new ClusterSettings(
        address, bindHost, bindPort, roles, others, joinDeadline, timings, tls);
  }

  /** Akka's settings for it, over those that every node has. */
  Config config(Config everyNode) {
    if (isAlone()) {
      return everyNode;
    }
    String profile = "winnow.timings." + timings.name().toLowerCase(Locale.ROOT);
    return ConfigFactory.parseMap(own())
        .withFallback(everyNode.getConfig(profile))
        .withFallback(everyNode.getConfig("winnow.cluster"))
        .withFallback(everyNode);
  }

  private Map<String, Object> own() {
    Map<String, Object> own = new HashMap<>();
    own.put(ARTERY + "canonical.hostname", address.host());
    own.put(ARTERY + "canonical.port", address.port());
    if (!bindHost.isEmpty()) {
      own.put(ARTERY + "bind.hostname", bindHost);
    }
    if (bindPort != 0) {
      own.put(ARTERY + "bind.port", bindPort);
    }
    List<String> names = new java.util.ArrayList<>(roles.stream().map(Role::text).toList());
    if (!names.isEmpty()) {
      names.add(MEMBER);
    }
    own.put("akka.cluster.roles", names);
    own.put("akka.cluster.split-brain-resolver.keep-majority.role", MEMBER);
    if (!join.isEmpty()) {
      own.put("akka.cluster.shutdown-after-unsuccessful-join-seed-nodes", joinDeadline);
    }
    if (tls != null) {
      own.put(ARTERY + "transport", "tls-tcp");
      own.put(ARTERY + "ssl.ssl-engine-provider", TlsEngines.class.getName());
      own.put(ENGINE + "key-file", tls.key.toString());
      own.put(ENGINE + "cert-file", tls.certificate.toString());
      own.put(ENGINE + "ca-cert-file", tls.authority.toString());
    }
    return own;
  }
}
