package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A stream of server-sent events. Closing it, from any thread, ends the wait for the next one. */
final class ControlEvents implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "event: ";
  private static final String DATA = "data: ";

  private final InputStream stream;
  private final BufferedReader lines;

  /** What happened, in one word, and its details. */
  record Event(String name, JsonNode data) {}

  ControlEvents(InputStream stream) {
    this.stream = stream;
    this.lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  /** Waits for the next event; null at the end of the stream. */
  @Nullable Event next() throws IOException {
    String name = "";
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(NAME)) {
        name = line.substring(NAME.length());
      } else if (line.startsWith(DATA)) {
        return new Event(name, JSON.readTree(line.substring(DATA.length())));
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    stream.close(); // not the reader: its lock is held by whoever waits for a line
  }
}
