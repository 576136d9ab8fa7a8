package io.winnow.model.config;

/**
 * One thing wrong with what a user gave: where ({@code path}: a configuration key or a file), what
 * was found, what was expected, and the remedy or the nearest valid name.
 */
public record ConfigProblem(String path, String found, String expected, String hint) {
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(path).append(": ").append(found);
    if (!expected.isEmpty()) {
      text.append("; expected ").append(expected);
    }
    if (!hint.isEmpty()) {
      text.append(" (").append(hint).append(')');
    }
    return text.toString();
  }
}
