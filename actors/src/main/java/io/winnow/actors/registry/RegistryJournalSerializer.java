package io.winnow.actors.registry;

import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;

/** The registry's events as JSON under a versioned manifest. */
public final class RegistryJournalSerializer extends SerializerWithStringManifest {
  private static final int IDENTIFIER = 770_005;
  private static final String MANIFEST = "RegistryEvent/1";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object event) {
    return MANIFEST;
  }

  @Override
  public byte[] toBinary(Object event) {
    try {
      return JSON.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("registry event " + event + " has no JSON form", e);
    }
  }

  @Override
  public Object fromBinary(byte[] json, String manifest) throws NotSerializableException {
    if (!MANIFEST.equals(manifest)) {
      throw new NotSerializableException("registry event '" + manifest + "' is unknown");
    }
    try {
      return JSON.readValue(json, RegistryEvent.class);
    } catch (IOException e) {
      throw new UncheckedIOException("a registry event cannot be read", e);
    }
  }
}
