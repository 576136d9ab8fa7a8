package io.winnow.actors.store;

import io.winnow.actors.node.Failures;
import io.winnow.actors.store.ResidentsTable.Card;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's own entry in a store, which a thread of its own renews, whatever else the node does. An
 * entry that somebody else removed says that the node was taken for dead and another cluster has
 * begun: the node must end. Thread-safe.
 */
public final class Residence implements AutoCloseable {
  /** How often an entry is renewed. */
  static final Duration RENEWED = Duration.ofSeconds(2);

  private static final long CLOSE_SECONDS = 3;
  private static final Logger LOG = LoggerFactory.getLogger(Residence.class);

  private final ResidentsTable table;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "residence");
            made.setDaemon(true);
            return made;
          });
  private Card card;
  private Runnable whenEvicted = () -> {};
  private boolean isEntered;
  private boolean isAway;

  Residence(ResidentsTable table, Card card) {
    this.table = table;
    this.card = card;
  }

  /** Enters the node now. */
  synchronized void enter() throws SQLException {
    table.enter(card);
    isEntered = true;
    renewFromNowOn();
  }

  private void renewFromNowOn() {
    thread.scheduleWithFixedDelay(this::renew, 0, RENEWED.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * The node listens.
   *
   * @param whenGone told once if the node must end, on the thread that renews
   */
  public synchronized void listening(String host, int port, Runnable whenGone) {
    card = new Card(card.id(), host, port, card.machine(), card.isMember());
    whenEvicted = whenGone;
  }

  /** The node is a member of a cluster; who did not begin one is entered now. */
  public synchronized void member() {
    card = new Card(card.id(), card.host(), card.port(), card.machine(), true);
    if (!isEntered) {
      renewFromNowOn();
    }
  }

  private synchronized void renew() {
    try {
      if (!isEntered) {
        table.enter(card);
        isEntered = true;
      } else if (!table.renew(card)) {
        LOG.error(
            "event=taken-for-dead node={} reason=\"another cluster has begun on this store\"",
            card);
        thread.shutdown();
        whenEvicted.run();
      }
      isAway = false;
    } catch (SQLException e) {
      if (!isAway) { // the store is away for others, too, who say more
        LOG.warn("event=node-not-entered node={} reason=\"{}\"", card, Failures.rootMessage(e));
      }
      isAway = true;
    }
  }

  Card card() {
    return card;
  }

  /** Takes the node out of the store. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("event=node-not-left node={} reason=\"the store does not answer\"", card);
      } else {
        table.remove(card.id());
      }
    } catch (SQLException e) {
      LOG.warn("event=node-not-left node={} reason=\"{}\"", card, Failures.rootMessage(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
