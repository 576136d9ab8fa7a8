package io.winnow.actors.run;

import akka.serialization.SerializerWithStringManifest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Journal events as JSON under the manifest {@code Name/1}. A later version of an event gets a
 * higher number and a reader for the older one; a field that an old event lacks reads as its
 * default, so that runs begun by older versions can be resumed.
 */
public final class RunJournalSerializer extends SerializerWithStringManifest {
  private static final int IDENTIFIER = 770_004;
  private static final String VERSION = "/1";

  private static final ObjectMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private static final Map<String, Class<?>> EVENTS =
      Arrays.stream(RunEventRecord.class.getPermittedSubclasses())
          .collect(Collectors.toMap(c -> c.getSimpleName() + VERSION, Function.identity()));

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object event) {
    return event.getClass().getSimpleName() + VERSION;
  }

  @Override
  public byte[] toBinary(Object event) {
    try {
      return JSON.writeValueAsBytes(event);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("event " + event + " has no JSON form", e);
    }
  }

  @Override
  public Object fromBinary(byte[] json, String manifest) throws NotSerializableException {
    Class<?> type = EVENTS.get(manifest);
    if (type == null) {
      throw new NotSerializableException(
          "journal event '" + manifest + "' is unknown; the run was written by a newer Winnow");
    }
    try {
      return JSON.readValue(json, type);
    } catch (IOException e) {
      throw new UncheckedIOException("journal event " + manifest + " cannot be read", e);
    }
  }
}
