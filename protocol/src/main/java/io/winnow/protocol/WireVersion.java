package io.winnow.protocol;

import java.io.NotSerializableException;

/**
 * The version in the manifest of every message: {@code kind@version}. It is the version of Winnow,
 * since nodes of different ones do not work together; what still arrives from another one (a node
 * that was started again as another version at the same address) is refused unread.
 */
final class WireVersion {
  private static final char SEPARATOR = '@';
  private static final String OWN = WinnowVersion.text();

  private WireVersion() {}

  /** The manifest of a message of this version. */
  static String manifest(String kind) {
    return kind + SEPARATOR + OWN;
  }

  /**
   * The kind of message that a manifest names.
   *
   * @throws NotSerializableException if the manifest is of another version; it names both
   */
  static String kind(String manifest) throws NotSerializableException {
    int at = manifest.lastIndexOf(SEPARATOR);
    String version = at < 0 ? "(none)" : manifest.substring(at + 1);
    if (!version.equals(OWN)) {
      throw new NotSerializableException(
          "a message of Winnow " + version + " is not read, this is " + OWN);
    }
    return manifest.substring(0, at);
  }
}
