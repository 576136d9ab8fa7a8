package io.winnow.protocol;

import akka.actor.typed.ActorRef;

/**
 * Goes in the place of a message that is larger than a chunk: it is to be had in pieces, under this
 * number of the sender's.
 */
public record Parcel(long id, ActorRef<ParcelMessage> from)
    implements LayerMessage, WorkerMessage, Wire {}
