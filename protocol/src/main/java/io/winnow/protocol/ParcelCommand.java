package io.winnow.protocol;

import akka.actor.typed.ActorRef;

/**
 * How a message travels in pieces: whoever was told of a {@link Parcel} asks for one piece after
 * the other, so that no more than one is ever on its way.
 */
public sealed interface ParcelCommand extends ParcelMessage {
  /** The parcel's number at its sender. */
  long id();

  /**
   * Send the piece that begins at {@code offset}; all before it have arrived. Answered by {@link
   * Piece} or {@link Gone}.
   */
  record Next(long id, int offset, ActorRef<ParcelMessage> replyTo)
      implements ParcelCommand, Wire {}

  /**
   * Part of a message's bytes.
   *
   * @param total bytes of the whole message
   * @param serializer and {@code manifest}: what reads the whole
   */
  record Piece(Parcel parcel, int offset, int total, int serializer, String manifest, byte[] bytes)
      implements ParcelCommand, Wire {
    @Override
    public long id() {
      return parcel.id();
    }
  }

  /** The sender has it no longer: it was not asked for in time, or there is no room. */
  record Gone(Parcel parcel) implements ParcelCommand, Wire {
    @Override
    public long id() {
      return parcel.id();
    }
  }

  /** All pieces have arrived: the sender may forget it. */
  record Received(long id) implements ParcelCommand, Wire {}
}
