package io.winnow.it;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.dispatch.Envelope;
import akka.dispatch.MailboxType;
import akka.dispatch.MessageQueue;
import akka.dispatch.ProducesMessageQueue;
import akka.dispatch.UnboundedMailbox;
import com.typesafe.config.Config;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/**
 * The mailbox of all actors of a node that a test started with {@link #options}: of what workers,
 * layers and coordinators tell each other it loses some, doubles some, and delivers some late, so
 * that they overtake each other. TCP would hide all of that from a test of the network.
 */
public final class FaultyMailbox
    implements MailboxType, ProducesMessageQueue<UnboundedMailbox.MessageQueue> {
  private static final Logger LOG = LoggerFactory.getLogger(FaultyMailbox.class);
  private static final String SEED = "winnow.it.mailbox.seed";
  private static final String EVENT = "event=message-";
  private static final double LOST = 0.004;
  private static final double DOUBLED = 0.03;
  private static final double LATE = 0.05;
  private static final int LATEST_MILLIS = 400;

  private static final SplittableRandom RANDOM = new SplittableRandom(Long.getLong(SEED, 0));
  private static final ThreadLocal<Boolean> PASSES = ThreadLocal.withInitial(() -> false);
  private static final ScheduledExecutorService LATER =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "late-messages");
            thread.setDaemon(true);
            return thread;
          });

  /** Called by Akka, which wants this constructor. */
  public FaultyMailbox(ActorSystem.Settings settings, Config config) {}

  /** What a JVM is started with for its messages to meet these faults. */
  static List<String> options(long seed) {
    return List.of(
        "-Dakka.actor.typed.default-mailbox.mailbox-type=" + FaultyMailbox.class.getName(),
        "-D" + SEED + "=" + seed);
  }

  /** By the logs of its nodes; prints how often. */
  static void assertAllHappened(TestCluster cluster) {
    String logs = cluster.logs();
    Map<Fate, Long> found = new EnumMap<>(Fate.class);
    for (Fate fate : List.of(Fate.LOST, Fate.DOUBLED, Fate.LATE)) {
      found.put(fate, logs.lines().filter(line -> line.contains(EVENT + fate)).count());
    }
    System.out.println("FaultyMailbox: " + found);
    if (found.containsValue(0L)) {
      throw new AssertionError("not all faults happened: " + found);
    }
  }

  @Override
  public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
    return new Queue();
  }

  private enum Fate {
    DELIVERED,
    LOST,
    DOUBLED,
    LATE
  }

  private static synchronized Fate draw() {
    double drawn = RANDOM.nextDouble();
    if (drawn < LOST) {
      return Fate.LOST;
    } else if (drawn < LOST + DOUBLED) {
      return Fate.DOUBLED;
    }
    return drawn < LOST + DOUBLED + LATE ? Fate.LATE : Fate.DELIVERED;
  }

  private static synchronized int drawMillis() {
    return 1 + RANDOM.nextInt(LATEST_MILLIS);
  }

  /** What the protocol says again when it is not answered. */
  private static boolean isFaulty(Object message) {
    return message instanceof LayerCommand
        || message instanceof LayerReply
        || message instanceof WorkerCommand
        || message instanceof SweepReply;
  }

  private static final class Queue extends UnboundedMailbox.MessageQueue {
    private static final long serialVersionUID = 1L;

    @Override
    public void enqueue(ActorRef receiver, Envelope envelope) {
      Object message = envelope.message();
      Fate fate = PASSES.get() || !isFaulty(message) ? Fate.DELIVERED : draw();
      if (fate != Fate.DELIVERED) {
        LOG.info(EVENT + "{} what={}", fate, message.getClass().getSimpleName());
      }
      if (fate == Fate.DELIVERED || fate == Fate.DOUBLED) {
        super.enqueue(receiver, envelope);
      }
      if (fate == Fate.DOUBLED || fate == Fate.LATE) {
        LATER.schedule(() -> pass(receiver, envelope), drawMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private static void pass(ActorRef receiver, Envelope envelope) {
      PASSES.set(true);
      receiver.tell(envelope.message(), envelope.sender());
      PASSES.set(false);
    }
  }
}
