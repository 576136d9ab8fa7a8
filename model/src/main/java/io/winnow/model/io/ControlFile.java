package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.JsonFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * What control.json says: where the process that works on a run is listening, and the secret that
 * it wants to hear. Nobody but its owner may read the file.
 *
 * @param address host:port
 * @param token what every request must carry
 * @param run the run's name there
 */
public record ControlFile(String address, String token, String run) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Replaces the file of a folder whole. */
  public void writeTo(RunFolder folder) {
    String text =
        JSON.createObjectNode().put("address", address).put("token", token).put("run", run) + "\n";
    try {
      // made readable for its owner alone, before there is anything in it
      Path draft = Files.createTempFile(folder.path(), ".control", null);
      try {
        Files.writeString(draft, text);
        Files.move(draft, folder.control(), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException problem) {
      throw FileProblems.unwritable(folder.control().toString(), problem);
    }
  }

  /** What the file of a folder says, or null if there is none. */
  public static @Nullable ControlFile of(RunFolder folder) {
    if (!Files.exists(folder.control())) {
      return null;
    }
    JsonNode node = JsonFiles.readObject(folder.control());
    return new ControlFile(
        node.path("address").asText(), node.path("token").asText(), node.path("run").asText());
  }

  /** Deletes the file of a folder, if there is one. */
  public static void delete(RunFolder folder) {
    try {
      Files.deleteIfExists(folder.control());
    } catch (IOException problem) {
      throw FileProblems.unwritable(folder.control().toString(), problem);
    }
  }
}
