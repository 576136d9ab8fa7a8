package io.winnow.model.compute;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over a sequence of parts. Every part but raw bytes goes in with its length before it, so
 * that different sequences of parts do not run together to the same bytes.
 */
public final class Fingerprint {
  private static final int CHUNK_BYTES = 1 << 16;
  private final MessageDigest digest = sha256();

  /** Adds text. */
  public Fingerprint add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    addLong(bytes.length);
    digest.update(bytes);
    return this;
  }

  /** Adds integers. */
  public Fingerprint add(int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.asIntBuffer().put(values);
    addLong(values.length);
    digest.update(bytes);
    return this;
  }

  /** Adds integers. */
  public Fingerprint add(long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length);
    bytes.asLongBuffer().put(values);
    addLong(values.length);
    digest.update(bytes);
    return this;
  }

  /** Adds the bytes that remain in a buffer, as they are. */
  public Fingerprint add(ByteBuffer bytes) {
    digest.update(bytes);
    return this;
  }

  /** Adds the content of a file, streaming. */
  public Fingerprint add(Path file) {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      addLong(channel.size());
      while (channel.read(chunk) >= 0) {
        digest.update(chunk.flip());
        chunk.clear();
      }
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    return this;
  }

  /** The hash of everything added, 64 hexadecimal digits. This object is used up. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  private void addLong(long value) {
    digest.update(ByteBuffer.allocate(8).putLong(0, value));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
