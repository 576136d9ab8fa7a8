package io.winnow.protocol;

/** What a node that serves base weights can receive: {@link WeightsCommand}s. */
public interface WeightsMessage {}
