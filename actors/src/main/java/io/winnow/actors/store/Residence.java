package io.winnow.actors.store;

import io.winnow.actors.node.Failures;
import io.winnow.actors.store.ResidentsTable.Card;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final AtomicBoolean isRenewed = new AtomicBoolean();
  private volatile Card card;
  private volatile Runnable whenEvicted = () -> {};

  /** Until it is renewed, of the thread that enters it; then of the one that renews. */
  private boolean isEntered;

  private boolean isAway;

  Residence(ResidentsTable table, Card card) {
    this.table = table;
    this.card = card;
  }

  /** Enters the node now. Blocks. */
  void enter() throws SQLException {
    table.enter(card);
    isEntered = true;
    renewFromNowOn();
  }

  private void renewFromNowOn() {
    if (!isRenewed.getAndSet(true)) {
      thread.scheduleWithFixedDelay(this::renew, 0, RENEWED.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /**
   * The node listens.
   *
   * @param whenGone told once if the node must end, on the thread that renews
   */
  public void listening(String host, int port, Runnable whenGone) {
    card = new Card(card.id(), host, port, card.machine(), card.isMember());
    whenEvicted = whenGone;
  }

  /** The node, which listens, is a member of a cluster; who did not begin it is entered now. */
  public void member() {
    card = new Card(card.id(), card.host(), card.port(), card.machine(), true);
    if (!thread.isShutdown()) {
      renewFromNowOn();
    }
  }

  private void renew() {
    Card now = card;
    try {
      if (!isEntered) {
        if (!table.renew(now)) { // the first answer may have been lost
          table.enter(now);
        }
        isEntered = true;
      } else if (!table.renew(now)) {
        LOG.error(
            "event=taken-for-dead node={} reason=\"another cluster has begun on this store\"", now);
        thread.shutdown();
        whenEvicted.run();
      }
      isAway = false;
    } catch (SQLException e) {
      if (!isAway) { // the store is away for others, too, who say more
        LOG.warn("event=node-not-entered node={} reason=\"{}\"", now, Failures.rootMessage(e));
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
