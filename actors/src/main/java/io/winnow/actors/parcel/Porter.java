package io.winnow.actors.parcel;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import io.winnow.protocol.Parcel;
import io.winnow.protocol.ParcelCommand;
import io.winnow.protocol.ParcelMessage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Sends and fetches the parcels of a node. It fetches a few at a time, of each one piece at a time:
 * asking for the next piece acknowledges those before. A piece that does not come is asked for
 * again; a parcel that does not come at all is dropped, as a message that was lost.
 */
final class Porter extends AbstractBehavior<ParcelMessage> {
  private static final int AT_ONCE = 4;
  private static final int MOST_WAITING = 10_000;
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  /** What the node's actors and the timer say. */
  private sealed interface Internal extends ParcelMessage, NoSerializationVerificationNeeded {}

  /** Keep this message until it is fetched, and tell its receiver so. */
  record Send(Object message, long bytes, Consumer<Parcel> announce) implements Internal {}

  /** Fetch a message of this kind, and hand it over. */
  record Fetch(Parcel parcel, Class<?> kind, Consumer<Object> receiver) implements Internal {}

  private enum Tick implements Internal {
    NOW
  }

  private final Outbox outbox;
  private final Map<Parcel, Arriving> arriving = new LinkedHashMap<>();
  private final Deque<Fetch> waiting = new ArrayDeque<>();

  private Porter(ActorContext<ParcelMessage> context, int chunk) {
    super(context);
    // what lies here is on the heap twice for a short while, when it is written
    this.outbox = new Outbox(context.getSystem(), chunk, Runtime.getRuntime().maxMemory() / 3);
  }

  static Behavior<ParcelMessage> create(int chunk) {
    return Behaviors.withTimers(
        timers -> {
          timers.startTimerWithFixedDelay(Tick.NOW, LOOK_EVERY);
          return Behaviors.setup(context -> new Porter(context, chunk));
        });
  }

  @Override
  public Receive<ParcelMessage> createReceive() {
    return newReceiveBuilder()
        .onMessage(Send.class, this::onSend)
        .onMessage(ParcelCommand.Next.class, this::onNext)
        .onMessage(ParcelCommand.Received.class, this::onReceived)
        .onMessage(Fetch.class, this::onFetch)
        .onMessage(ParcelCommand.Piece.class, this::onPiece)
        .onMessage(ParcelCommand.Gone.class, this::onGone)
        .onMessageEquals(Tick.NOW, this::onTick)
        .build();
  }

  // ------------------------------------------------------------------ sending

  private Behavior<ParcelMessage> onSend(Send send) {
    Optional<Long> id = outbox.put(send.message, send.bytes, System.nanoTime());
    if (id.isPresent()) {
      send.announce.accept(parcel(id.get()));
    } else {
      getContext()
          .getLog()
          .warn(
              "event=message-dropped kind={} bytes={} reason=\"{} large messages wait already\"",
              send.message.getClass().getSimpleName(),
              send.bytes,
              outbox.size());
    }
    return this;
  }

  private Parcel parcel(long id) {
    return new Parcel(id, getContext().getSelf());
  }

  private Behavior<ParcelMessage> onNext(ParcelCommand.Next next) {
    Parcel parcel = parcel(next.id());
    Optional<ParcelCommand.Piece> piece = outbox.piece(parcel, next.offset(), System.nanoTime());
    next.replyTo().tell(piece.isPresent() ? piece.get() : new ParcelCommand.Gone(parcel));
    return this;
  }

  private Behavior<ParcelMessage> onReceived(ParcelCommand.Received received) {
    outbox.forget(received.id());
    return this;
  }

  // ------------------------------------------------------------------ fetching

  private Behavior<ParcelMessage> onFetch(Fetch fetch) {
    if (fetch.parcel.from().equals(getContext().getSelf())) {
      outbox.take(fetch.parcel.id()).ifPresent(fetch.receiver);
    } else if (waiting.size() < MOST_WAITING) {
      waiting.add(fetch);
      beginNext();
    }
    return this;
  }

  private void beginNext() {
    while (arriving.size() < AT_ONCE && !waiting.isEmpty()) {
      Fetch fetch = waiting.poll();
      if (!arriving.containsKey(fetch.parcel)) {
        Arriving begun = new Arriving(fetch.parcel, fetch.kind, fetch.receiver);
        arriving.put(fetch.parcel, begun);
        ask(begun);
      }
    }
  }

  private void ask(Arriving message) {
    Parcel parcel = message.parcel();
    int offset = message.ask(System.nanoTime());
    parcel.from().tell(new ParcelCommand.Next(parcel.id(), offset, getContext().getSelf()));
  }

  private Behavior<ParcelMessage> onPiece(ParcelCommand.Piece piece) {
    Arriving message = arriving.get(piece.parcel());
    if (message == null) {
      return this;
    }
    try {
      boolean isNext = message.take(piece);
      if (message.isWhole()) {
        message.open(getContext().getSystem(), piece);
        end(message);
      } else if (isNext) {
        ask(message);
      }
    } catch (IllegalArgumentException refused) {
      drop(message, refused.getMessage());
    }
    return this;
  }

  private void end(Arriving message) {
    message.parcel().from().tell(new ParcelCommand.Received(message.parcel().id()));
    arriving.remove(message.parcel());
    beginNext();
  }

  private void drop(Arriving message, String reason) {
    getContext()
        .getLog()
        .warn(
            "event=message-refused from={} reason=\"{}\"",
            message.parcel().from().path().address(),
            reason);
    end(message);
  }

  private Behavior<ParcelMessage> onGone(ParcelCommand.Gone gone) {
    if (arriving.remove(gone.parcel()) != null) {
      beginNext();
    }
    return this;
  }

  private Behavior<ParcelMessage> onTick() {
    long now = System.nanoTime();
    outbox.clean(now);
    for (Arriving message : new ArrayList<>(arriving.values())) {
      if (message.isSilent(now) && message.isGivenUp()) {
        drop(message, "its pieces do not come");
      } else if (message.isSilent(now)) {
        ask(message);
      }
    }
    return this;
  }
}
