package io.winnow.actors.store;

import io.winnow.actors.node.Failures;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that use a store, as they enter themselves in it: two clusters on one store would both
 * go on with its runs. A node that begins a cluster must find nobody else. All of it blocks.
 */
public final class Residents {
  /** How often a node enters itself again. */
  public static final Duration RENEWED = Duration.ofSeconds(5);

  /** A node that was not seen for so long is gone, whatever its host answers. */
  private static final Duration FORGOTTEN = Duration.ofSeconds(30);

  /** A node that starts enters itself before it listens. */
  private static final Duration STARTING = Duration.ofSeconds(8);

  private static final int CONNECT_MILLIS = 2_000;
  private static final long LOOK_AGAIN_NANOS = 500_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

  private final Database database;
  private final Object place;

  /** A node of another process. */
  record Resident(String host, int port, long secondsAgo) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  private enum Sign {
    /** Somebody listens at its address. */
    ANSWERS,
    /** Nobody listens there, but a host says so. */
    REFUSED,
    /** Not even the host says anything. */
    SILENT
  }

  Residents(Database database, Object place) {
    this.database = database;
    this.place = place;
  }

  /** A node is there now. */
  public void enter(String host, int port) {
    try {
      database.enter(host, port);
    } catch (SQLException e) {
      LOG.warn("event=node-not-entered store={} reason=\"{}\"", place, Failures.rootMessage(e));
    }
  }

  /** A node leaves. */
  public void leave(String host, int port) {
    try {
      database.leave(host, port);
    } catch (SQLException e) {
      LOG.warn("event=node-not-left store={} reason=\"{}\"", place, Failures.rootMessage(e));
    }
  }

  /**
   * Enters a node that is about to begin a cluster, once nobody else is there. Who died a moment
   * ago is waited for, which takes seconds.
   *
   * @throws UserProblem if a node of another cluster uses the store
   */
  public void enterAlone(String host, int port) {
    enter(host, port);
    try {
      awaitOthersGone(host, port);
    } catch (UserProblem taken) {
      leave(host, port);
      throw taken;
    }
  }

  private void awaitOthersGone(String host, int port) {
    List<Resident> others = others(host, port);
    while (!others.isEmpty()) {
      List<Resident> unsure = new ArrayList<>();
      for (Resident other : others) {
        if (!isGone(other, sign(other))) {
          unsure.add(other);
        }
      }
      if (unsure.isEmpty()) {
        return;
      }
      LOG.info("event=waiting-for-nodes-that-may-be-gone nodes={}", unsure);
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      others = others(host, port);
    }
  }

  private boolean isGone(Resident other, Sign sign) {
    long unseen = other.secondsAgo;
    boolean isGone =
        unseen >= FORGOTTEN.toSeconds() || sign == Sign.REFUSED && unseen >= STARTING.toSeconds();
    if (isGone) {
      leave(other.host, other.port);
    } else if (sign != Sign.REFUSED) {
      throw taken(other);
    }
    return isGone;
  }

  private UserProblem taken(Resident other) {
    return UserProblem.failure(
        "the store "
            + place
            + " is used by a cluster: its node "
            + other
            + " was there "
            + other.secondsAgo
            + " s ago. Join it (--join "
            + other
            + "), or take another store; a node that is gone is forgotten after "
            + FORGOTTEN.toSeconds()
            + " s");
  }

  private List<Resident> others(String host, int port) {
    try {
      return database.residents().stream()
          .filter(r -> !(r.host.equals(host) && r.port == port))
          .toList();
    } catch (SQLException e) {
      throw UserProblem.failure(
          "the store " + place + " cannot be read: " + Failures.rootMessage(e), e);
    }
  }

  private static Sign sign(Resident other) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(other.host, other.port), CONNECT_MILLIS);
      return Sign.ANSWERS;
    } catch (ConnectException refused) {
      return Sign.REFUSED;
    } catch (IOException silent) {
      return Sign.SILENT;
    }
  }
}
