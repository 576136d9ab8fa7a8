package io.winnow.protocol;

import akka.actor.typed.ActorRef;

/**
 * What a node that lacks base weights asks one that has them. Weights are named by their
 * fingerprint and files by their number in the answer to {@link Find}: no path ever travels.
 */
public sealed interface WeightsCommand extends WeightsMessage {
  /** The fingerprint of the weights that are asked for. */
  String fingerprint();

  /** Do you have these? Answered by {@link WeightsReply.Found} or {@link WeightsReply.Lacking}. */
  record Find(String fingerprint, ActorRef<WeightsReply> replyTo) implements WeightsCommand, Wire {}

  /**
   * Send the bytes of a file from {@code offset} on, as many as a chunk has. What was before it is
   * thereby acknowledged. Answered by {@link WeightsReply.Chunk} or {@link WeightsReply.Lacking}.
   */
  record Read(String fingerprint, int file, long offset, ActorRef<WeightsReply> replyTo)
      implements WeightsCommand, Wire {}
}
