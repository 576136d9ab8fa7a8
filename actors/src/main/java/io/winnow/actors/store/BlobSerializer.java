package io.winnow.actors.store;

import akka.serialization.JSerializer;

/** Writes a {@link Blob} as its own bytes: what lies in the store is a safetensors file. */
public final class BlobSerializer extends JSerializer {
  private static final int IDENTIFIER = 770_003;

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public boolean includeManifest() {
    return false;
  }

  @Override
  public byte[] toBinary(Object blob) {
    return ((Blob) blob).bytes();
  }

  @Override
  public Object fromBinaryJava(byte[] bytes, Class<?> manifest) {
    return new Blob(bytes);
  }
}
