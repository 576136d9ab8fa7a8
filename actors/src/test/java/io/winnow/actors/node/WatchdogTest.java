package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class WatchdogTest {
  private static final Watchdog.Limits THREE_LOOKS =
      new Watchdog.Limits(Duration.ofSeconds(1), Duration.ofSeconds(3));

  private final Deque<Runnable> given = new ArrayDeque<>();
  private final List<String> dead = new ArrayList<>();
  private final Watchdog watchdog =
      new Watchdog(Map.of("slow", given::addLast), THREE_LOOKS, dead::add);

  @Test
  void dispatcherThatDoesNothingForTheLimitIsDead() {
    assertThat(List.of(watchdog.look(), watchdog.look(), watchdog.look()))
        .containsExactly(true, true, true);
    assertThat(watchdog.look()).isFalse();

    assertThat(dead).containsExactly("dispatcher slow has run nothing for 3.0 s");
  }

  @Test
  void slowOneIsLeftAloneAndGivenOneThingAtATime() {
    for (int i = 0; i < 10; i++) {
      assertThat(List.of(watchdog.look(), watchdog.look(), watchdog.look()))
          .containsExactly(true, true, true);
      assertThat(given).hasSize(1);
      given.removeFirst().run();
    }

    assertThat(dead).isEmpty();
  }

  @Test
  void blockedLayersAreFoundOutAndTheLogHasWhatTheyWaitFor() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(Watchdog.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    CountDownLatch blocked = new CountDownLatch(1);
    CompletableFuture<String> found = new CompletableFuture<>();
    ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "watched", twoThreads());
    Watchdog.Limits soon = new Watchdog.Limits(Duration.ofMillis(50), Duration.ofMillis(500));
    Watchdog real = Watchdog.start(system, soon, found::complete);
    try {
      var layers =
          system.dispatchers().lookup(DispatcherSelector.fromConfig("winnow.layer-dispatcher"));
      for (int i = 0; i < 2; i++) {
        layers.execute(() -> waitForever(blocked));
      }

      assertThat(found.get(60, TimeUnit.SECONDS)).startsWith("dispatcher winnow.layer-dispatcher");
      assertThat(log.list)
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line.getFormattedMessage())
                      .startsWith("event=dispatcher-dead")
                      .contains("WatchdogTest.waitForever"));
    } finally {
      real.close();
      blocked.countDown();
      logger.detachAppender(log);
      system.terminate();
    }
  }

  private static com.typesafe.config.Config twoThreads() {
    return ConfigFactory.parseString(
            """
            akka.actor.provider = local
            winnow.layer-dispatcher {
              executor = thread-pool-executor, thread-pool-executor.fixed-pool-size = 2
            }
            """)
        .withFallback(ConfigFactory.load());
  }

  private static void waitForever(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
