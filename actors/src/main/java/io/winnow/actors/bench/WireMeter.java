package io.winnow.actors.bench;

import akka.actor.ActorRef;
import akka.remote.artery.RemoteInstrument;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what this process sends to others, as Akka puts it into frames: headers and tensors, but
 * neither TCP's own headers nor TLS. One count for the process, whatever number of nodes is in it.
 */
public final class WireMeter extends RemoteInstrument {
  private static final byte IDENTIFIER = 27;
  private static final LongAdder BYTES = new LongAdder();
  private static final LongAdder MESSAGES = new LongAdder();

  /** Bytes sent so far. */
  static long bytes() {
    return BYTES.sum();
  }

  /** Messages sent so far. */
  static long messages() {
    return MESSAGES.sum();
  }

  @Override
  public byte identifier() {
    return IDENTIFIER;
  }

  @Override
  public void remoteMessageSent(
      ActorRef recipient, Object message, ActorRef sender, int size, long nanos) {
    BYTES.add(size);
    MESSAGES.increment();
  }

  @Override
  public void remoteMessageReceived(
      ActorRef recipient, Object message, ActorRef sender, int size, long nanos) {
    // what arrives was counted where it was sent
  }

  @Override
  public void remoteWriteMetadata(
      ActorRef recipient, Object message, ActorRef sender, ByteBuffer buffer) {
    // it adds nothing to messages
  }

  @Override
  public void remoteReadMetadata(
      ActorRef recipient, Object message, ActorRef sender, ByteBuffer buffer) {
    // there is nothing to read
  }
}
