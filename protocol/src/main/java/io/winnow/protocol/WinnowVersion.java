package io.winnow.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version that was built. Nodes of different versions do not form a cluster. */
public final class WinnowVersion {
  private static final String RESOURCE = "/winnow-version.txt";

  private WinnowVersion() {}

  /** For example {@code 0.1.0}. */
  public static String text() {
    try (InputStream in = WinnowVersion.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("the build has no " + RESOURCE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("the build's " + RESOURCE + " cannot be read", e);
    }
  }
}
