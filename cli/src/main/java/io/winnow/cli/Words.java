package io.winnow.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers as a person reads them. */
final class Words {
  private static final int SHOWN_CLASSES = 20;

  private Words() {}

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** h:mm:ss, or m:ss below an hour. */
  static String clock(double seconds) {
    long whole = Math.round(seconds);
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60);
  }

  static String bytes(long bytes) {
    if (bytes < 10_000) {
      return number(bytes) + " bytes";
    }
    return bytes < 10_000_000
        ? String.format(Locale.ROOT, "%,d KiB", Math.round(bytes / 1024.0))
        : String.format(Locale.ROOT, "%,d MiB", Math.round(bytes / 1048576.0));
  }

  static String metrics(Map<String, Double> metrics) {
    return metrics.entrySet().stream()
        .map(entry -> String.format(Locale.ROOT, "%s %.4f", entry.getKey(), entry.getValue()))
        .collect(Collectors.joining("  "));
  }

  /** How many classes there are, and the first of them in the order of their indices. */
  static String classes(List<String> names) {
    String first =
        names.stream()
            .limit(SHOWN_CLASSES)
            .map(name -> name.replaceAll("\\R", " "))
            .collect(Collectors.joining(", "));
    int more = names.size() - SHOWN_CLASSES;
    return names.size()
        + " classes, by index: "
        + first
        + (more > 0 ? " and " + more + " more" : "");
  }

  /** "6 heads", "1 head". */
  static String count(long count, String noun) {
    return number(count) + " " + noun + (count == 1 ? "" : "s");
  }
}
