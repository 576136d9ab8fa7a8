package io.winnow.model.arch;

import io.winnow.model.compute.Stored;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** SHA-256 over a description and named tensors, their values as little-endian floats. */
final class BaseDigest {
  private static final int CHUNK = 1 << 14;

  private final MessageDigest digest;
  private final float[] chunk = new float[CHUNK];
  private final byte[] bytes = new byte[CHUNK * Float.BYTES];
  private final FloatBuffer floats =
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();

  BaseDigest(String description) {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    add(description);
  }

  void add(String name, Stored values) {
    add(name + " " + Arrays.toString(values.shape()));
    for (int from = 0; from < values.size(); from += CHUNK) {
      int count = Math.min(CHUNK, values.size() - from);
      values.read(from, chunk, count);
      floats.put(0, chunk, 0, count);
      digest.update(bytes, 0, count * Float.BYTES);
    }
  }

  private void add(String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
