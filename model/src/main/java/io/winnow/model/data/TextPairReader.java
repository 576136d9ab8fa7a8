package io.winnow.model.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.Table.Row;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads pairs of texts (article and summary, question and answer, word and phonemes): two columns
 * of a table, or one JSON object from sources to targets.
 */
public final class TextPairReader {
  private static final int MOST_FIELDS = 64;

  private TextPairReader() {}

  /** The pairs of a file, at least one. */
  public static TextPairs read(Path file, PairColumns columns) {
    TableFiles.requireFile(file);
    if (TableFiles.isJson(file)) {
      String text = TextFile.read(file);
      if (isDictionary(text, columns)) {
        return dictionary(text, file);
      }
    }
    Table table = TableFiles.read(file);
    PairColumns.Names names = columns.in(table.columns(), file);
    List<TextPair> pairs = new ArrayList<>(table.rows().size());
    for (Row row : table.rows()) {
      String source = DatasetReader.required(file, row, names.source());
      String target = DatasetReader.required(file, row, names.target());
      pairs.add(new TextPair(source, target, row.line()));
    }
    return new TextPairs(file, names.source(), names.target(), pairs, 0);
  }

  /**
   * Whether a text is one object and no example: it goes on behind its first line, or lacks the
   * columns, or has more fields than an example would (the words of a language hold any names).
   */
  private static boolean isDictionary(String text, PairColumns columns) {
    if (!text.stripLeading().startsWith("{")) {
      return false;
    }
    List<String> names = new ArrayList<>();
    try (JsonParser parser = JsonEntries.JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        names.add(parser.currentName());
        parser.nextToken();
        parser.skipChildren();
      }
      boolean example = names.size() <= MOST_FIELDS && columns.find(names).isPresent();
      return parser.nextToken() == null && (isOpen(text) || !example);
    } catch (JacksonException e) {
      return isOpen(text); // whoever reads it next says what is wrong, and where
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory cannot fail to be read", e);
    }
  }

  /** Whether the object that a text begins with goes on behind its first line. */
  private static boolean isOpen(String text) {
    String first = text.stripLeading().lines().findFirst().orElse("").strip();
    return !first.endsWith("}");
  }

  private static TextPairs dictionary(String text, Path file) {
    List<TextPair> pairs = new ArrayList<>();
    Map<String, Integer> lines = new HashMap<>();
    int skipped = 0;
    try (JsonParser parser = JsonEntries.JSON.createParser(text)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        int line = parser.currentTokenLocation().getLineNr();
        String source = parser.currentName();
        requireNew(file, source, line, Optional.ofNullable(lines.put(source, line)));
        if (parser.nextToken() == JsonToken.START_OBJECT) {
          parser.skipChildren();
          skipped++;
        } else {
          pairs.add(new TextPair(source, target(parser, source, file), line));
        }
      }
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw DatasetReader.problem(file, line, "not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw FileProblems.unreadable(file.toString(), e);
    }
    if (pairs.isEmpty()) {
      throw UserProblem.failure(file + " holds no examples");
    }
    return new TextPairs(file, null, null, pairs, skipped);
  }

  private static String target(JsonParser parser, String source, Path file) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw DatasetReader.problem(
          file,
          parser.currentTokenLocation().getLineNr(),
          "the value of '%s' is no text: %s".formatted(source, parser.currentToken()));
    }
    return parser.getText();
  }

  private static void requireNew(Path file, String source, int line, Optional<Integer> earlier) {
    if (earlier.isPresent()) {
      throw DatasetReader.problem(
          file, line, "'%s' is there already, in line %d".formatted(source, earlier.get()));
    }
  }
}
