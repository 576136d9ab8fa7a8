package io.winnow.it;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * A network between nodes on loopback: a {@link ChaosProxy} in front of each, and an address that
 * each sends from, so that a proxy knows who speaks. Needs Linux, where all of 127.0.0.0/8 is
 * loopback.
 */
final class ChaosNetwork implements AutoCloseable {
  private static final int FIRST_HOST = 11;

  private final Map<Integer, Place> places = new LinkedHashMap<>();

  private record Place(ChaosProxy proxy, int bindPort, String sendsFrom) {}

  /** A network; the test is skipped, and says so, where that cannot be. */
  static ChaosNetwork create() {
    Assumptions.assumeTrue(
        System.getProperty("os.name").equals("Linux"), "skipped: needs 127.0.0.0/8 as loopback");
    return new ChaosNetwork();
  }

  /** A place for one more node; the port under which others know it. */
  int add() throws IOException {
    int bindPort = TestCluster.freePort();
    ChaosProxy proxy = ChaosProxy.before(bindPort);
    places.put(proxy.port(), new Place(proxy, bindPort, "127.0.0." + (FIRST_HOST + places.size())));
    return proxy.port();
  }

  /** The port at which the node that others know under {@code port} listens. */
  int bindPort(int port) {
    return places.get(port).bindPort;
  }

  /** What its JVM is started with. */
  List<String> options(int port) {
    return List.of(
        "-Dakka.remote.artery.advanced.tcp.outbound-client-hostname=" + places.get(port).sendsFrom);
  }

  /** Nothing passes between this node and the others, until {@link #mend}. */
  void cutOff(int port) {
    places.forEach(
        (other, place) -> {
          if (other == port) {
            place.proxy.cut();
          } else {
            place.proxy.cut(places.get(port).sendsFrom);
          }
        });
  }

  /** Everything passes at once again, also what was held back. */
  void mend() {
    places.values().forEach(place -> place.proxy.mend());
  }

  /** Breaks all connections between this node and the others: what is in flight is lost. */
  void breakConnections(int port) throws IOException {
    for (var each : places.entrySet()) {
      String from = each.getKey() == port ? "" : places.get(port).sendsFrom;
      each.getValue().proxy.closeConnections(from);
    }
  }

  @Override
  public void close() throws IOException {
    for (Place place : places.values()) {
      place.proxy.close();
    }
  }
}
