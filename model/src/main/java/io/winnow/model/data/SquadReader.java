package io.winnow.model.data;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.data.QaExample.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads SQuAD 1.1 and 2.0: the JSON of the data set itself ({@code data[].paragraphs[].qas[]}), or
 * one question per entry with its context and {@code answers {text: [...], answer_start: [...]}},
 * as Hugging Face's copy has it: under "data", as a list, as JSON lines or as Parquet. Every
 * problem names the place in the file.
 */
public final class SquadReader {
  private final Path file;
  private final List<QaExample> examples = new ArrayList<>();
  private final Map<String, String> places = new HashMap<>();

  private SquadReader(Path file) {
    this.file = file;
  }

  /** The questions of a file, at least one. */
  public static QaDataset read(Path file) {
    SquadReader reader = new SquadReader(file);
    TableFiles.requireFile(file);
    String text = TableFiles.isJson(file) ? TextFile.read(file) : "";
    if (isDataSet(text)) {
      reader.dataSet(text);
    } else {
      NestedEntries.forEach(
          file, entry -> reader.flat(new JsonPlace(file, entry.where() + ": ", "", entry.node())));
    }
    if (reader.examples.isEmpty()) {
      throw UserProblem.failure(file + " holds no questions");
    }
    return new QaDataset(file, reader.examples);
  }

  /** Whether a text begins with an object that has a field "data", read as far as that. */
  private static boolean isDataSet(String text) {
    try (JsonParser parser = JsonEntries.JSON.createParser(text)) {
      boolean object = parser.nextToken() == JsonToken.START_OBJECT;
      while (object && parser.nextToken() == JsonToken.FIELD_NAME) {
        if (parser.currentName().equals("data")) {
          return true;
        }
        parser.nextToken();
        parser.skipChildren();
      }
      return false;
    } catch (JacksonException e) {
      return false; // read as JSON lines, it is refused with its line
    } catch (IOException e) {
      throw new IllegalStateException("a text in memory cannot fail to be read", e);
    }
  }

  private void dataSet(String text) {
    JsonPlace root;
    try {
      root = JsonPlace.root(file, JsonEntries.JSON.readTree(text));
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
      throw DatasetReader.problem(file, line, "not valid JSON: " + e.getOriginalMessage());
    }
    for (JsonPlace entry : root.get("data").items()) {
      if (entry.has("context")) {
        flat(entry);
      } else {
        article(entry);
      }
    }
  }

  private void article(JsonPlace article) {
    String title = title(article);
    for (JsonPlace paragraph : article.get("paragraphs").items()) {
      String context = paragraph.get("context").text();
      for (JsonPlace question : paragraph.get("qas").items()) {
        add(question, context, title, answers(question, context));
      }
    }
  }

  private void flat(JsonPlace question) {
    String context = question.get("context").text();
    JsonPlace answers = question.get("answers");
    List<Answer> found =
        answers.node().isArray() ? answers(question, context) : columns(answers, context);
    add(question, context, title(question), found);
  }

  private void add(JsonPlace question, String context, String title, List<Answer> answers) {
    JsonPlace id = question.get("id");
    String earlier = places.put(id.name(), id.within() + id.path());
    if (earlier != null) {
      throw id.problem("the id '%s' is there already, at %s".formatted(id.name(), earlier));
    }
    boolean impossible = question.has("is_impossible") && question.get("is_impossible").flag();
    if (impossible && !answers.isEmpty()) {
      throw question.problem("is_impossible is true, but there are answers");
    }
    examples.add(
        new QaExample(id.name(), question.get("question").text(), context, answers, title));
  }

  private static List<Answer> answers(JsonPlace question, String context) {
    List<Answer> answers = new ArrayList<>();
    for (JsonPlace answer : question.get("answers").items()) {
      answers.add(answer(answer, context, answer.get("text"), answer.get("answer_start")));
    }
    return answers;
  }

  /** Texts and starts as two lists. */
  private static List<Answer> columns(JsonPlace answers, String context) {
    List<JsonPlace> texts = answers.get("text").items();
    List<JsonPlace> starts = answers.get("answer_start").items();
    if (texts.size() != starts.size()) {
      throw answers.problem("%d texts, %d starts".formatted(texts.size(), starts.size()));
    }
    List<Answer> found = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      found.add(answer(starts.get(i), context, texts.get(i), starts.get(i)));
    }
    return found;
  }

  private static Answer answer(JsonPlace place, String context, JsonPlace text, JsonPlace start) {
    String answer = text.text();
    int codePoints = start.index();
    if (codePoints <= context.codePointCount(0, context.length())) {
      int at = context.offsetByCodePoints(0, codePoints);
      if (context.startsWith(answer, at)) {
        return new Answer(answer, at);
      }
    }
    throw place.problem(
        "answer_start %d does not find '%s' in the context, %s"
            .formatted(codePoints, shortened(answer), nearest(context, answer, codePoints)));
  }

  private static String nearest(String context, String answer, int wanted) {
    int best = -1;
    for (int at = context.indexOf(answer); at >= 0; at = context.indexOf(answer, at + 1)) {
      int place = context.codePointCount(0, at);
      best = best < 0 || Math.abs(place - wanted) < Math.abs(best - wanted) ? place : best;
    }
    return best < 0 ? "which does not hold it" : "nearest occurrence at " + best;
  }

  private static String shortened(String answer) {
    return answer.length() <= 60 ? answer : answer.substring(0, 57) + "...";
  }

  private static String title(JsonPlace place) {
    return place.has("title") ? place.get("title").text() : "";
  }
}
