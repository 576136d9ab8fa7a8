package io.winnow.model.train;

/**
 * One of several selections: at the end of optimizer step {@code at} the heads beyond {@code keep}
 * are disconnected for good.
 */
public record SelectionRound(long at, Budget keep) {}
