package io.winnow.actors.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process takes, as the kernel counts it. */
public final class Memory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private Memory() {}

  /** Largest resident set so far, in bytes; 0 where the system does not tell (not Linux). */
  public static long peakRssBytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(STATUS + " cannot be read", e);
    }
  }
}
