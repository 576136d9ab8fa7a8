package io.winnow.actors.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that a dispatcher runs nothing any more, which heartbeats do not: other nodes take a
 * node for alive whose actors are all stuck. A thread of its own gives each dispatcher something to
 * do and looks whether it was done. What counts is how often it looked in vain, not the time, so
 * that a process which was stopped as a whole is not taken for a stuck one when it goes on.
 *
 * <p>The dispatcher for what blocks is not watched: there, work may take as long as it takes.
 */
public final class Watchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  private final List<Watched> watched = new ArrayList<>();
  private final Limits limits;
  private final Consumer<String> onDead;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * When a dispatcher counts as dead.
   *
   * @param every how often it is looked at
   * @param limit how long it may do nothing
   */
  public record Limits(Duration every, Duration limit) {
    private int looks() {
      return (int) Math.max(1, (limit.toNanos() + every.toNanos() - 1) / every.toNanos());
    }
  }

  Watchdog(Map<String, Executor> dispatchers, Limits limits, Consumer<String> onDead) {
    dispatchers.forEach((name, dispatcher) -> watched.add(new Watched(name, dispatcher)));
    this.limits = limits;
    this.onDead = onDead;
  }

  /**
   * Watches the dispatchers of a node until it is closed, which is before the node is.
   *
   * @param onDead is told once which dispatcher is dead, on the watchdog's thread; should end the
   *     process
   */
  public static Watchdog start(WinnowNode node, Limits limits, Consumer<String> onDead) {
    return start(node.system(), limits, onDead);
  }

  static Watchdog start(ActorSystem<?> system, Limits limits, Consumer<String> onDead) {
    Map<String, Executor> dispatchers = new LinkedHashMap<>();
    for (String name :
        List.of(
            "akka.actor.default-dispatcher",
            "akka.actor.internal-dispatcher",
            "winnow.layer-dispatcher")) {
      dispatchers.put(name, system.dispatchers().lookup(DispatcherSelector.fromConfig(name)));
    }
    Watchdog watchdog = new Watchdog(dispatchers, limits, onDead);
    Thread thread = new Thread(watchdog::watch, "watchdog");
    thread.setDaemon(true);
    thread.start();
    return watchdog;
  }

  private void watch() {
    try {
      boolean alive = true;
      while (alive && !closed.await(limits.every.toNanos(), TimeUnit.NANOSECONDS)) {
        alive = look();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks at every dispatcher once; false when one is dead. */
  boolean look() {
    for (Watched one : watched) {
      if (one.missed() >= limits.looks()) {
        String what =
            "dispatcher %s has run nothing for %.1f s"
                .formatted(one.name, limits.limit.toNanos() / 1e9);
        LOG.error("event=dispatcher-dead reason=\"{}\" threads:\n{}", what, threads());
        onDead.accept(what);
        return false;
      }
    }
    return true;
  }

  private static String threads() {
    StringBuilder dump = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, frames) -> {
              dump.append('"').append(thread.getName()).append("\" ").append(thread.getState());
              for (StackTraceElement frame : frames) {
                dump.append("\n    at ").append(frame);
              }
              dump.append('\n');
            });
    return dump.toString();
  }

  @Override
  public void close() {
    closed.countDown();
  }

  /** A dispatcher, and whether it did what it was given last. */
  private static final class Watched {
    private final String name;
    private final Executor dispatcher;
    private volatile boolean isDone = true;
    private int missed;

    Watched(String name, Executor dispatcher) {
      this.name = name;
      this.dispatcher = dispatcher;
    }

    /** How often in a row it had not done it; gives it the next thing once it has. */
    int missed() {
      if (!isDone) {
        return ++missed;
      }
      missed = 0;
      isDone = false;
      try {
        dispatcher.execute(() -> isDone = true);
      } catch (RejectedExecutionException ending) {
        isDone = true; // its system stops, which others see
      }
      return 0;
    }
  }
}
