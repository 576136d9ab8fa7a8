package io.winnow.actors.store;

import io.winnow.actors.node.Failures;
import io.winnow.actors.store.ResidentsTable.Card;
import io.winnow.actors.store.ResidentsTable.Row;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that use a store, as they enter themselves in it: two clusters on one store would both
 * go on with its runs. A node that begins a cluster must find nobody else, and of several that
 * begin at once the first one does. An entry that is renewed is proof of life; one that is not is
 * proof of death after a while, which is short where nobody listens at its address. All of it
 * blocks.
 */
public final class Residents {
  /**
   * When a node that is not seen any more is gone.
   *
   * @param deaf if nobody listens at its address
   * @param forgotten whatever its address says, ...
   * @param watched ... if it was not seen for so long while the store was there
   */
  record Patience(Duration deaf, Duration forgotten, Duration watched) {
    static final Patience USUAL =
        new Patience(
            Residence.RENEWED.multipliedBy(3), Duration.ofSeconds(30), Duration.ofSeconds(15));
  }

  private static final int CONNECT_MILLIS = 1_000;
  private static final long LOOK_AGAIN_NANOS = 500_000_000L;
  private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

  private final ResidentsTable table;
  private final Object place;
  private final Patience patience;

  Residents(Database database, Object place) {
    this(new ResidentsTable(database), place, Patience.USUAL);
  }

  Residents(ResidentsTable table, Object place, Patience patience) {
    this.table = table;
    this.place = place;
    this.patience = patience;
  }

  /** A node that joins a cluster: it is entered once it is a member. */
  public Residence joining(String host, int port) {
    return new Residence(table, card(host, port));
  }

  /**
   * Enters a node that is about to begin a cluster, once nobody else is there. Who died a moment
   * ago is waited for, which takes seconds.
   *
   * @throws UserProblem if a node of another cluster uses the store
   */
  public Residence beginning(String host, int port) {
    Residence residence = joining(host, port);
    Row other = enter(residence);
    if (other != null) {
      throw taken(other);
    }
    return residence;
  }

  /** The same for a node that can join others instead: empty if a cluster uses the store. */
  public Optional<Residence> beginningIfNobodyDid(String host, int port) {
    Residence residence = joining(host, port);
    Row other = enter(residence);
    if (other != null) {
      LOG.info("event=cluster-not-begun node={} because-of={}", residence.card(), other.card());
    }
    return other == null ? Optional.of(residence) : Optional.empty();
  }

  /** Enters it and waits for who died; of another cluster's node that lives, the entry. */
  private @Nullable Row enter(Residence residence) {
    boolean isIn = false;
    try {
      residence.enter();
      Row other = awaitOthersGone(residence.card());
      isIn = other == null;
      return other;
    } catch (SQLException e) {
      throw UserProblem.failure(
          "the store " + place + " cannot be used: " + Failures.rootMessage(e), e);
    } finally {
      if (!isIn) {
        residence.close();
      }
    }
  }

  /** Removes what a process left that had this node's address before it. */
  public void forgetPredecessors(Residence node) {
    try {
      for (Row row : table.all()) {
        if (isPredecessor(row.card(), node.card())) {
          table.remove(row.card().id());
        }
      }
    } catch (SQLException e) {
      LOG.warn("event=node-not-forgotten reason=\"{}\"", Failures.rootMessage(e));
    }
  }

  private static Card card(String host, int port) {
    return new Card(UUID.randomUUID().toString(), host, port, machine(), false);
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "";
    }
  }

  /** Of two processes on one address of one machine, one is dead. */
  private static boolean isPredecessor(Card other, Card self) {
    return !other.id().equals(self.id())
        && self.port() != 0
        && other.port() == self.port()
        && other.host().equals(self.host())
        && other.machine().equals(self.machine());
  }

  /** The first of the others that proves to be alive, or null once all are gone. */
  private @Nullable Row awaitOthersGone(Card self) throws SQLException {
    Map<String, OffsetDateTime> firstSeen = new HashMap<>();
    long began = System.nanoTime();
    List<Row> others = others(self);
    while (!others.isEmpty()) {
      Duration watched = Duration.ofNanos(System.nanoTime() - began);
      for (Row other : others) {
        OffsetDateTime first = firstSeen.putIfAbsent(other.card().id(), other.seen());
        if (first != null && !first.equals(other.seen())) {
          return other;
        } else if (isGone(other, self, watched)) {
          LOG.info("event=forgotten node={} seconds={}", other.card(), other.secondsAgo());
          table.remove(other.card().id());
        }
      }
      LockSupport.parkNanos(LOOK_AGAIN_NANOS);
      others = others(self);
    }
    return null;
  }

  /** Those that are members, or were about to begin a cluster before this node. */
  private List<Row> others(Card self) throws SQLException {
    List<Row> all = table.all();
    long turn =
        all.stream()
            .filter(row -> row.card().id().equals(self.id()))
            .mapToLong(Row::turn)
            .findFirst()
            .orElse(Long.MAX_VALUE);
    return all.stream()
        .filter(row -> !row.card().id().equals(self.id()))
        .filter(row -> !isPredecessor(row.card(), self))
        .filter(row -> row.card().isMember() || row.turn() < turn)
        .toList();
  }

  private boolean isGone(Row other, Card self, Duration watched) {
    Duration unseen = Duration.ofSeconds(other.secondsAgo());
    boolean isForgotten =
        unseen.compareTo(patience.forgotten) >= 0 && watched.compareTo(patience.watched) >= 0;
    return isForgotten || unseen.compareTo(patience.deaf) >= 0 && isDeaf(other.card(), self);
  }

  private UserProblem taken(Row other) {
    return UserProblem.failure(
        "the store "
            + place
            + " is used by a cluster: its node "
            + other.card()
            + " is there. Join it (--join "
            + other.card()
            + "), or take another store");
  }

  /** Whether a host says that nobody listens there; what is silent may only be out of reach. */
  private static boolean isDeaf(Card other, Card self) {
    try (Socket socket = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(other.host(), other.port());
      boolean isElsewhere = !other.machine().equals(self.machine());
      if (address.isUnresolved() || isElsewhere && address.getAddress().isLoopbackAddress()) {
        return false;
      }
      socket.connect(address, CONNECT_MILLIS);
      return false;
    } catch (ConnectException refused) {
      return true;
    } catch (IOException silent) {
      return false;
    }
  }
}
