package io.winnow.model.task;

/**
 * Where in the run a sweep stands: together with purpose, site and index it keys all randomness.
 */
public record SweepKey(long seed, long step, int microBatch) {}
