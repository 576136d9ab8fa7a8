package io.winnow.cli;

/**
 * What is known of a run before it begins.
 *
 * @param heads LoRA heads at its start
 * @param steps optimizer steps, if it does not end early
 */
public record RunOutlook(int heads, long steps) {}
