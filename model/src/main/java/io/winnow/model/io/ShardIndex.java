package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Opens the shards that a {@code model.safetensors.index.json} lists, and checks them against it.
 */
final class ShardIndex {
  private ShardIndex() {}

  /** Tensor name to the open shard that holds it; where a shard fails, none stays open. */
  static Map<String, SafeTensors> open(Path index) {
    Map<String, String> weightMap = weightMap(index);
    Map<String, SafeTensors> shards = new TreeMap<>();
    try {
      Map<String, SafeTensors> fileOf = new TreeMap<>();
      weightMap.forEach(
          (name, file) -> fileOf.put(name, shards.computeIfAbsent(file, f -> openShard(index, f))));
      fileOf.forEach((name, shard) -> requireListed(index, name, shard));
      return fileOf;
    } catch (UserProblem e) {
      shards.values().forEach(SafeTensors::close);
      throw e;
    }
  }

  /** The shards that are listed, in the order of their names. */
  static List<Path> shards(Path index) {
    return weightMap(index).values().stream()
        .distinct()
        .sorted()
        .map(index::resolveSibling)
        .toList();
  }

  private static Map<String, String> weightMap(Path index) {
    JsonNode node = JsonFiles.readObject(index).path("weight_map");
    Map<String, String> weightMap = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      weightMap.put(entry.getKey(), entry.getValue().asText());
    }
    if (weightMap.isEmpty()) {
      throw UserProblem.failure(index + ": no weight_map with tensor names and files in it");
    }
    return weightMap;
  }

  private static SafeTensors openShard(Path index, String file) {
    Path folder = index.toAbsolutePath().getParent();
    Path shard = folder.resolve(file).normalize();
    if (!folder.equals(shard.getParent())) {
      throw UserProblem.failure(index + " lists '" + file + "', which is not a file beside it");
    }
    if (!Files.isRegularFile(shard)) {
      throw UserProblem.failure(
          "%s lists the shard %s, which is missing; download the model again"
              .formatted(index, file));
    }
    return SafeTensors.open(index.resolveSibling(file));
  }

  private static void requireListed(Path index, String name, SafeTensors shard) {
    if (!shard.has(name)) {
      throw UserProblem.failure(
          "%s: tensor '%s' should be in %s and is not; the shards are of different models"
                  .formatted(index, name, shard.what())
              + " or versions: download the model again");
    }
  }
}
