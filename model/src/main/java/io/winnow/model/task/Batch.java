package io.winnow.model.task;

import org.jspecify.annotations.Nullable;

/**
 * A micro-batch as it travels: token ids, mask (1 = token, 0 = padding) and, where the model has
 * them, token types, each {@code [examples, length]} row-major; published, never written again.
 */
public record Batch(
    int examples, int length, int[] ids, int[] mask, int @Nullable [] types, Targets targets) {}
