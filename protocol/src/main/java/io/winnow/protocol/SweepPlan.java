package io.winnow.protocol;

import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;

/**
 * What a worker needs to sweep for a run: the frozen base's folder, what is trained, and the head.
 *
 * @param modelFolder absolute path of the Hugging Face folder, or {@code shape:NAME} for made-up
 *     weights of a known shape (bench)
 * @param options how the base is held and computed
 */
public record SweepPlan(
    String modelFolder,
    ModelOptions options,
    TrainableSpec trainable,
    float adapterDropout,
    TaskHead head,
    long seed) {}
