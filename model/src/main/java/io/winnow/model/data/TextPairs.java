package io.winnow.model.data;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pairs of one file, in its order.
 *
 * @param sourceColumn where sources come from; null where the file is one JSON object, from sources
 *     to targets
 * @param targetColumn where targets come from; null likewise
 * @param skipped entries of such an object that are objects themselves (a word with a pronunciation
 *     per part of speech), which are left out
 */
public record TextPairs(
    Path file,
    @Nullable String sourceColumn,
    @Nullable String targetColumn,
    List<TextPair> pairs,
    int skipped) {
  public TextPairs {
    pairs = List.copyOf(pairs);
  }
}
