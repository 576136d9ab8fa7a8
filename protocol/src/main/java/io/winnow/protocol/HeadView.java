package io.winnow.protocol;

/** A head in a report: its module, its omega, its rank; whether it is kept. */
public record HeadView(String module, float omega, int rank, boolean kept) {}
