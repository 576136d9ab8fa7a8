package io.winnow.actors.parcel;

import akka.actor.typed.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import io.winnow.actors.node.Failures;
import io.winnow.protocol.KryoSerializer;
import io.winnow.protocol.Parcel;
import io.winnow.protocol.ParcelCommand;
import io.winnow.protocol.TensorSerializer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import scala.util.Try;

/** A message that arrives in pieces. Confined to the porter. */
final class Arriving {
  /** A message is written into one array. */
  private static final int LARGEST = 1 << 30;

  private static final long PATIENCE_NANOS = 3_000_000_000L;
  private static final int TRIES = 5;

  private final Parcel parcel;
  private final Class<?> kind;
  private final Consumer<Object> receiver;
  private byte @Nullable [] bytes;
  private int have;
  private int tries;
  private long askedNanos;

  Arriving(Parcel parcel, Class<?> kind, Consumer<Object> receiver) {
    this.parcel = parcel;
    this.kind = kind;
    this.receiver = receiver;
  }

  Parcel parcel() {
    return parcel;
  }

  /** Where the piece begins that is asked for now. */
  int ask(long now) {
    askedNanos = now;
    tries++;
    return have;
  }

  boolean isSilent(long now) {
    return now - askedNanos > PATIENCE_NANOS;
  }

  boolean isGivenUp() {
    return tries >= TRIES;
  }

  /**
   * Takes a piece; one that is not the next is no news.
   *
   * @return whether it was the next
   * @throws IllegalArgumentException if it belongs to no message that may come
   */
  boolean take(ParcelCommand.Piece piece) {
    int total = piece.total();
    boolean fits = bytes == null ? total > 0 && total <= LARGEST : bytes.length == total;
    if (!fits || piece.bytes().length == 0 || piece.bytes().length > total - piece.offset()) {
      throw new IllegalArgumentException(
          "a piece of %d bytes from %d on, of %d"
              .formatted(piece.bytes().length, piece.offset(), total));
    }
    if (piece.offset() != have) {
      return false;
    }
    bytes = bytes == null ? new byte[total] : bytes;
    System.arraycopy(piece.bytes(), 0, bytes, have, piece.bytes().length);
    have += piece.bytes().length;
    tries = 0;
    return true;
  }

  boolean isWhole() {
    return bytes != null && have == bytes.length;
  }

  /**
   * Reads the message and hands it over.
   *
   * @param last any piece of it, which says how it is read
   * @throws IllegalArgumentException if it is none of the messages that the receiver knows
   */
  void open(ActorSystem<?> system, ParcelCommand.Piece last) {
    Serialization serialization = SerializationExtension.get(system);
    if (!serialization.serializerByIdentity().get(last.serializer()).exists(Arriving::isOurs)) {
      throw new IllegalArgumentException("serializer " + last.serializer() + " is not for parcels");
    }
    Try<Object> read = serialization.deserialize(bytes, last.serializer(), last.manifest());
    if (read.isFailure()) {
      throw new IllegalArgumentException(Failures.rootMessage(read.failed().get()));
    }
    deliver(read.get());
  }

  private static boolean isOurs(Serializer serializer) {
    return serializer instanceof KryoSerializer || serializer instanceof TensorSerializer;
  }

  /** Hands a message over. */
  void deliver(Object message) {
    if (!kind.isInstance(message)) {
      throw new IllegalArgumentException(
          message.getClass().getName() + " where " + kind.getName() + " is expected");
    }
    receiver.accept(message);
  }
}
