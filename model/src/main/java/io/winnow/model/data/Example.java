package io.winnow.model.data;

import org.jspecify.annotations.Nullable;

/**
 * One example as it stands in a file.
 *
 * @param pair the second text, where examples are pairs
 * @param label as it is written; null where the file has no labels
 * @param line of the file, 1-based, where the example begins
 */
public record Example(String text, @Nullable String pair, @Nullable String label, long line) {}
