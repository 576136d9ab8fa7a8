package io.winnow.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A network in front of one node's port, in the hands of a test: it passes bytes on, holds them
 * back, or closes connections (what is in flight is lost). A cut says nothing to those who are
 * connected. Only what others send to the node passes here; see {@link ChaosNetwork}.
 */
final class ChaosProxy implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(20).toNanos();

  private final ServerSocket door;
  private final int target;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final Set<String> cutSenders = ConcurrentHashMap.newKeySet();
  private volatile boolean isCut;

  private record Connection(String sender, Socket from, Socket to) {
    void close() throws IOException {
      from.close();
      to.close();
    }
  }

  private ChaosProxy(ServerSocket door, int target) {
    this.door = door;
    this.target = target;
  }

  /** A proxy on a free port of loopback for another port of it. */
  static ChaosProxy before(int target) throws IOException {
    ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    ChaosProxy proxy = new ChaosProxy(door, target);
    daemon(proxy::accept);
    return proxy;
  }

  /** The port that stands for the node. */
  int port() {
    return door.getLocalPort();
  }

  /** Holds everything back from now on, in both directions, until {@link #mend}. */
  void cut() {
    isCut = true;
  }

  /** The same for who connects from this address. */
  void cut(String sender) {
    cutSenders.add(sender);
  }

  /** Passes everything on at once again, what was held back included. */
  void mend() {
    isCut = false;
    cutSenders.clear();
  }

  /** Closes the connections from this address, or all if it is empty; new ones may be made. */
  void closeConnections(String sender) throws IOException {
    for (Connection each : connections) {
      if (sender.isEmpty() || each.sender.equals(sender)) {
        each.close();
      }
    }
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket from = door.accept();
        Socket to = connect(from);
        Connection connection = new Connection(from.getInetAddress().getHostAddress(), from, to);
        connections.add(connection);
        daemon(() -> pass(connection, from, to));
        daemon(() -> pass(connection, to, from));
      } catch (IOException nobodyThere) {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS); // the node is dead, or the test is over
      }
    }
  }

  private Socket connect(Socket from) throws IOException {
    try {
      return new Socket(InetAddress.getLoopbackAddress(), target);
    } catch (IOException nobodyThere) {
      from.close();
      throw nobodyThere;
    }
  }

  private void pass(Connection connection, Socket in, Socket out) {
    byte[] buffer = new byte[BUFFER];
    try (in;
        out;
        InputStream from = in.getInputStream();
        OutputStream to = out.getOutputStream()) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        while (isHeldBack(connection) && !in.isClosed()) {
          LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        to.write(buffer, 0, n);
      }
    } catch (IOException closed) {
      // both ends are closed on the way out: that is how a connection ends here
    } finally {
      connections.remove(connection);
    }
  }

  private boolean isHeldBack(Connection connection) {
    return isCut || cutSenders.contains(connection.sender);
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "chaos");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    closeConnections("");
  }
}
