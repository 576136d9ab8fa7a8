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
 * back, closes connections (what is in flight is lost), or is cut, which lets nobody through and
 * says nothing to those who are connected. Only what others send to the node passes here: to cut a
 * node off in both directions, cut the proxies of the others for its connections too.
 */
final class ChaosProxy implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final long LOOK_AGAIN_NANOS = Duration.ofMillis(20).toNanos();

  private final ServerSocket door;
  private final int target;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean isCut;
  private volatile long delayNanos;

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

  /** Each piece that passes waits this long. */
  void delay(Duration time) {
    delayNanos = time.toNanos();
  }

  /** Passes everything on at once again, what was held back included. */
  void mend() {
    isCut = false;
    delayNanos = 0;
  }

  /** Closes all connections; new ones may be made. */
  void closeConnections() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        Socket from = door.accept();
        Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(from);
        sockets.add(to);
        daemon(() -> pass(from, to));
        daemon(() -> pass(to, from));
      } catch (IOException nobodyThere) {
        LockSupport.parkNanos(LOOK_AGAIN_NANOS); // the node is dead, or the test is over
      }
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        LockSupport.parkNanos(delayNanos);
        while (isCut && !from.isClosed()) {
          LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException closed) {
      // both ends are closed on the way out: that is how a connection ends here
    } finally {
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "chaos");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    door.close();
    closeConnections();
  }
}
