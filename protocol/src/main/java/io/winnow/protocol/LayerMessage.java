package io.winnow.protocol;

/** What a layer actor can receive: {@link LayerCommand}s, and what it tells itself. */
public interface LayerMessage {}
