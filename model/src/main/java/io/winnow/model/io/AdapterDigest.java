package io.winnow.model.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/** SHA-256 over an adapter's modules and tensors in the order of their names. */
final class AdapterDigest {
  private final MessageDigest digest;

  private AdapterDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String of(PeftAdapter adapter) {
    AdapterDigest of = new AdapterDigest();
    new TreeMap<>(adapter.modules()).forEach(of::add);
    new TreeMap<>(adapter.saved()).forEach(of::add);
    return HexFormat.of().formatHex(of.digest.digest());
  }

  private void add(String path, PeftAdapter.Module module) {
    add("%s %d %d %d".formatted(path, module.rank(), module.in(), module.out()));
    add(new float[] {module.scale(), module.omega()});
    add(module.a());
    add(module.b());
  }

  private void add(String name, PeftAdapter.Saved saved) {
    add(name + " " + saved.shape());
    add(saved.values());
  }

  private void add(String text) {
    digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void add(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes);
  }
}
