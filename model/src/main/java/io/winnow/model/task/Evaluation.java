package io.winnow.model.task;

/**
 * What the model says about a batch.
 *
 * @param outputs by target: classes and values, logits {@code [examples, labels]}; spans, logits to
 *     begin and to end {@code [examples, length, 2]}; next tokens, for each example the sum of its
 *     losses and the number of its targets {@code [examples, 2]}
 * @param lossSum over the targets, not divided
 */
public record Evaluation(float[] outputs, double lossSum) {}
