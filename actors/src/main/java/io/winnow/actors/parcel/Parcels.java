package io.winnow.actors.parcel;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.TypedActorContext;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.winnow.protocol.Parcel;
import io.winnow.protocol.ParcelMessage;
import java.util.function.Consumer;

/**
 * Messages of any size: what is larger than a chunk is announced to its receiver, which has it
 * fetched piece by piece and then receives it as if it had come whole. Like any other message it
 * may be lost. Safe from any thread.
 */
public final class Parcels {
  /** Its path is a large-message destination. */
  private static final String PORTER = "porter";

  private final ActorRef<ParcelMessage> porter;
  private final long chunk;

  private Parcels(ActorRef<ParcelMessage> porter, long chunk) {
    this.porter = porter;
    this.chunk = chunk;
  }

  /** Those of a node, whose porter is a child of this actor. */
  public static Parcels start(ActorContext<?> parent) {
    int chunk = Math.toIntExact(parent.getSystem().settings().config().getBytes("winnow.chunk"));
    ActorRef<ParcelMessage> porter =
        parent.spawn(
            Porter.create(chunk), PORTER, DispatcherSelector.fromConfig("winnow.layer-dispatcher"));
    return new Parcels(porter, chunk);
  }

  /**
   * Sends a message.
   *
   * @param bytes of its values
   * @param whole sends it as it is
   * @param announce sends this in its place
   */
  public <T> void send(T message, long bytes, Consumer<T> whole, Consumer<Parcel> announce) {
    if (bytes <= chunk) {
      whole.accept(message);
    } else {
      porter.tell(new Porter.Send(message, bytes, announce));
    }
  }

  /** The same actor, which receives messages of this kind that come as parcels. */
  public <T> Behavior<T> opening(Class<T> protocol, Class<? extends T> kind, Behavior<T> actor) {
    return Behaviors.intercept(() -> new Opening<>(protocol, kind, porter), actor);
  }

  private static final class Opening<T> extends BehaviorInterceptor<T, T> {
    private final Class<? extends T> kind;
    private final ActorRef<ParcelMessage> porter;

    Opening(Class<T> protocol, Class<? extends T> kind, ActorRef<ParcelMessage> porter) {
      super(protocol);
      this.kind = kind;
      this.porter = porter;
    }

    @Override
    public Behavior<T> aroundReceive(
        TypedActorContext<T> context, T message, ReceiveTarget<T> target) {
      if (message instanceof Parcel parcel) {
        ActorRef<T> self = context.asJava().getSelf();
        porter.tell(new Porter.Fetch(parcel, kind, whole -> self.tell(kind.cast(whole))));
        return Behaviors.same();
      }
      return target.apply(context, message);
    }
  }
}
