package io.winnow.model.arch;

/**
 * The task head of a base.
 *
 * @param labels number of logits
 * @param seed what tensors that the checkpoint lacks are drawn by
 */
public record HeadInit(int labels, long seed) {}
