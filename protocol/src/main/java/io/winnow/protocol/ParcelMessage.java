package io.winnow.protocol;

/** What a node's porter can receive: {@link ParcelCommand}s, and what its own node tells it. */
public interface ParcelMessage {}
