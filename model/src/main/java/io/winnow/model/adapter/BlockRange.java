package io.winnow.model.adapter;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Transformer blocks {@code first} to {@code last}, both included, counted from 0. */
public record BlockRange(int first, int last) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})(?:\\s*-\\s*(\\d{1,6}))?");

  public BlockRange {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException("blocks " + first + " to " + last);
    }
  }

  /** What a user wrote: {@code 3}, or {@code 4-6}; empty if it is neither. */
  public static Optional<BlockRange> parse(String text) {
    Matcher parts = TEXT.matcher(text.strip());
    if (!parts.matches()) {
      return Optional.empty();
    }
    int first = Integer.parseInt(parts.group(1));
    int last = parts.group(2) == null ? first : Integer.parseInt(parts.group(2));
    return last < first ? Optional.empty() : Optional.of(new BlockRange(first, last));
  }

  /** Whether a block is among them. */
  public boolean contains(int block) {
    return first <= block && block <= last;
  }

  @Override
  public String toString() {
    return first == last ? Integer.toString(first) : first + "-" + last;
  }
}
