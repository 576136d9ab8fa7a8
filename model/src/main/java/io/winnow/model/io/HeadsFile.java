package io.winnow.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.TracePoint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The text of heads.jsonl: {@code {"heads": [module paths]}}, then a line per traced step, {@code
 * {"step": n, "omega": [...], "rank": [...], "scores": [...]}}, without scores where nothing was
 * selected. A number that is not finite is null, as JSON has none.
 */
public final class HeadsFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HeadsFile() {}

  /** The first line. */
  public static String header(List<String> heads) {
    ObjectNode node = JSON.createObjectNode();
    heads.forEach(node.putArray("heads")::add);
    return node.toString();
  }

  /** The line of a traced step. */
  public static String line(TracePoint point) {
    ObjectNode node = JSON.createObjectNode().put("step", point.step());
    add(node.putArray("omega"), point.omega());
    point.ranks().forEach(node.putArray("rank")::add);
    if (point.selects()) {
      add(node.putArray("scores"), point.scores());
    }
    return node.toString();
  }

  private static void add(ArrayNode array, List<Float> values) {
    for (float value : values) {
      if (Float.isFinite(value)) {
        array.add(value);
      } else {
        array.addNull();
      }
    }
  }

  /**
   * What the file of a run says, without its last line where that is still being written.
   *
   * @return null where the run has no such file, or an empty one
   * @throws UserProblem (failure) that names file and line, if it is damaged
   */
  public static @Nullable HeadTraces read(RunFolder folder) {
    String text = folder.read(folder.heads());
    if (text == null || text.isEmpty()) {
      return null;
    }
    List<String> lines = text.lines().toList();
    List<String> whole = text.endsWith("\n") ? lines : lines.subList(0, lines.size() - 1);
    if (whole.isEmpty()) {
      return null;
    }
    List<String> heads = new ArrayList<>();
    List<TracePoint> points = new ArrayList<>();
    for (int i = 0; i < whole.size(); i++) {
      try {
        JsonNode node = JSON.readTree(whole.get(i));
        if (i == 0) {
          required(node, "heads").forEach(head -> heads.add(head.asText()));
        } else {
          points.add(point(node));
        }
      } catch (JsonProcessingException | IllegalArgumentException damaged) {
        throw damaged(folder, ", line " + (i + 1), damaged);
      }
    }
    try {
      return new HeadTraces(heads, points);
    } catch (IllegalArgumentException damaged) {
      throw damaged(folder, "", damaged);
    }
  }

  private static UserProblem damaged(RunFolder folder, String line, Exception why) {
    String message =
        why instanceof JsonProcessingException json ? json.getOriginalMessage() : why.getMessage();
    return UserProblem.failure(
        folder.heads()
            + line
            + ": damaged ("
            + message
            + "); it is written anew by: winnow resume "
            + folder.path(),
        why);
  }

  private static TracePoint point(JsonNode node) {
    List<Integer> ranks = new ArrayList<>();
    required(node, "rank").forEach(rank -> ranks.add(rank.asInt()));
    return new TracePoint(
        node.path("step").asLong(),
        floats(required(node, "omega")),
        ranks,
        floats(node.path("scores")));
  }

  private static JsonNode required(JsonNode node, String field) {
    if (!node.path(field).isArray()) {
      throw new IllegalArgumentException("no list '" + field + "'");
    }
    return node.path(field);
  }

  private static List<Float> floats(JsonNode array) {
    List<Float> values = new ArrayList<>();
    array.forEach(value -> values.add(value.isNumber() ? value.floatValue() : Float.NaN));
    return values;
  }
}
