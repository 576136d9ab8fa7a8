package io.winnow.model.arch;

/**
 * The task head of a base.
 *
 * @param seed what tensors that the checkpoint lacks are drawn by
 */
public record HeadInit(TaskHead head, long seed) {}
