package io.winnow.actors.parcel;

import akka.actor.typed.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializer;
import akka.serialization.Serializers;
import io.winnow.protocol.Parcel;
import io.winnow.protocol.ParcelCommand;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait to be fetched. What nobody asks for in five minutes is dropped; what does not
 * fit is not taken, so that what is inside gets through. Confined to the porter.
 */
final class Outbox {
  private static final long PATIENCE_NANOS = 300_000_000_000L;

  private final Serialization serialization;
  private final int chunk;
  private final long room;
  private final Map<Long, Waiting> parcels = new LinkedHashMap<>();
  private long next;

  Outbox(ActorSystem<?> system, int chunk, long room) {
    this.serialization = SerializationExtension.get(system);
    this.chunk = chunk;
    this.room = room;
  }

  /** A message, and once the first piece was asked for, its bytes. */
  private static final class Waiting {
    private final Object message;
    private final long size;
    private byte @Nullable [] bytes;
    private long askedNanos;

    Waiting(Object message, long size, long now) {
      this.message = message;
      this.size = size;
      this.askedNanos = now;
    }
  }

  /** Takes a message and gives its number; empty if there is no room. */
  Optional<Long> put(Object message, long size, long now) {
    long taken = parcels.values().stream().mapToLong(waiting -> waiting.size).sum();
    if (taken + size > room) {
      return Optional.empty();
    }
    parcels.put(++next, new Waiting(message, size, now));
    return Optional.of(next);
  }

  /** Takes a message out as it is, for an actor of the same node. */
  Optional<Object> take(long id) {
    return Optional.ofNullable(parcels.remove(id)).map(waiting -> waiting.message);
  }

  /** The piece from {@code offset} on; empty if the message is gone. */
  Optional<ParcelCommand.Piece> piece(Parcel parcel, int offset, long now) {
    Waiting waiting = parcels.get(parcel.id());
    if (waiting == null || offset < 0) {
      return Optional.empty();
    }
    Serializer serializer = serialization.findSerializerFor(waiting.message);
    if (waiting.bytes == null) {
      waiting.bytes = serializer.toBinary(waiting.message);
    }
    waiting.askedNanos = now;
    int total = waiting.bytes.length;
    int from = Math.min(offset, total);
    byte[] bytes = Arrays.copyOfRange(waiting.bytes, from, from + Math.min(chunk, total - from));
    String manifest = Serializers.manifestFor(serializer, waiting.message);
    return Optional.of(
        new ParcelCommand.Piece(parcel, from, total, serializer.identifier(), manifest, bytes));
  }

  void forget(long id) {
    parcels.remove(id);
  }

  /** Drops what nobody asks for. */
  void clean(long now) {
    parcels.values().removeIf(waiting -> now - waiting.askedNanos > PATIENCE_NANOS);
  }

  int size() {
    return parcels.size();
  }
}
