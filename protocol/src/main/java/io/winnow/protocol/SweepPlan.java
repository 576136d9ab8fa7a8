package io.winnow.protocol;

import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.config.RunConfig;
import org.jspecify.annotations.Nullable;

/**
 * What a worker needs to sweep for a run: the frozen base's folder, what is trained, and the task.
 *
 * @param modelFolder absolute path of the Hugging Face folder, or {@code shape:NAME} for made-up
 *     weights of a known shape (bench)
 * @param modelDropout overrides the dropouts of config.json; null = as there
 * @param labels outputs of the task head
 */
public record SweepPlan(
    String modelFolder,
    @Nullable Float modelDropout,
    TrainableSpec trainable,
    float adapterDropout,
    RunConfig.Task.Kind task,
    int labels,
    long seed) {}
