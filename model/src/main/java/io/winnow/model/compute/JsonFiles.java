package io.winnow.model.compute;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads JSON files; every problem names the file, and the line where there is one. */
public final class JsonFiles {
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private JsonFiles() {}

  /** A file that holds one JSON object. */
  public static JsonNode readObject(Path file) {
    JsonNode node;
    try {
      node = JSON.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw UserProblem.failure(
          "%s%s: not valid JSON: %s".formatted(file, line(e), e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    if (!node.isObject()) {
      throw UserProblem.failure(file + ": expected a JSON object, found " + node.getNodeType());
    }
    return node;
  }

  private static String line(JacksonException e) {
    return e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
  }
}
