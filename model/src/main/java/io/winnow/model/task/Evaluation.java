package io.winnow.model.task;

/**
 * What the model says about a batch.
 *
 * @param logits {@code [examples, labels]} row-major
 * @param lossSum over the examples, not divided
 */
public record Evaluation(float[] logits, int labels, double lossSum) {}
