package io.winnow.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.UserProblem;
import org.jspecify.annotations.Nullable;

/**
 * What status.json says about a run.
 *
 * @param phase one word: training, paused, stopped, finished or failed
 * @param step optimizer steps applied
 * @param totalSteps optimizer steps of the whole run
 * @param reason why it is paused or failed; empty otherwise
 */
public record StatusFile(String phase, long step, long totalSteps, String reason) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Replaces status.json. */
  public void writeTo(RunFolder folder) {
    ObjectNode node = JSON.createObjectNode();
    node.put("phase", phase).put("step", step).put("totalSteps", totalSteps).put("reason", reason);
    folder.write(folder.status(), node + "\n");
  }

  /** The status, or null if none was written yet. */
  public static @Nullable StatusFile of(RunFolder folder) {
    String text = folder.read(folder.status());
    if (text == null) {
      return null;
    }
    try {
      JsonNode node = JSON.readTree(text);
      return new StatusFile(
          node.path("phase").asText(),
          node.path("step").asLong(),
          node.path("totalSteps").asLong(),
          node.path("reason").asText());
    } catch (JsonProcessingException broken) {
      throw UserProblem.failure(folder.status() + " is no JSON", broken);
    }
  }
}
