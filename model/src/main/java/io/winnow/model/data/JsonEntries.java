package io.winnow.model.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** JSON lines (one value per line), or one array where the text begins with '['. */
final class JsonEntries {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final ObjectReader ONE_OF_MANY =
      JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private JsonEntries() {}

  /**
   * One object.
   *
   * @param number of its line, or its place in an array; 1-based
   * @param where "line 3", or "entry 3, line 17", for messages
   */
  record Entry(long number, JsonNode node, String where) {
    UserProblem problem(Path file, String message) {
      return UserProblem.failure(file + ", " + where + ": " + message);
    }
  }

  /** Gives every entry, in order; each must be an object. */
  static void forEach(String text, Path file, Consumer<Entry> action) {
    if (text.stripLeading().startsWith("[")) {
      array(text, file, action);
      return;
    }
    long line = 0;
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      end = end < 0 ? text.length() : end;
      line++;
      String json = text.substring(from, end);
      from = end + 1;
      if (!json.isBlank()) {
        action.accept(object(file, new Entry(line, parse(file, line, json), "line " + line)));
      }
    }
  }

  private static void array(String text, Path file, Consumer<Entry> action) {
    try (JsonParser parser = JSON.createParser(text)) {
      parser.nextToken();
      long place = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        int line = parser.currentTokenLocation().getLineNr();
        String where = "entry %d, line %d".formatted(++place, line);
        JsonNode node = ONE_OF_MANY.readTree(parser);
        action.accept(object(file, new Entry(place, node, where)));
      }
      if (parser.nextToken() != null) {
        throw DatasetReader.problem(
            file,
            parser.currentTokenLocation().getLineNr(),
            "not valid JSON: something follows the array");
      }
    } catch (JacksonException e) {
      throw invalid(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr(), e);
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
  }

  private static JsonNode parse(Path file, long line, String json) {
    try {
      return JSON.readTree(json);
    } catch (JacksonException e) {
      throw invalid(file, line, e);
    }
  }

  private static UserProblem invalid(Path file, long line, JacksonException e) {
    return DatasetReader.problem(
        file,
        line,
        "not valid JSON: "
            + e.getOriginalMessage()
            + "; expected one object per line, or one array of objects");
  }

  private static Entry object(Path file, Entry entry) {
    if (!entry.node.isObject()) {
      throw entry.problem(file, "expected a JSON object, found " + entry.node.getNodeType());
    }
    return entry;
  }
}
