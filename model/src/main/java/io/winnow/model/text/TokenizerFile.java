package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Fingerprint;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model folder says about its tokens: ids and template from tokenizer.json, the tokens in
 * roles from the files beside it.
 */
record TokenizerFile(
    Path path,
    Map<String, Integer> ids,
    Set<Integer> specialIds,
    Template template,
    Roles roles,
    boolean cleansSpaces) {
  static final String NAME = "tokenizer.json";

  /** Reads the files of a folder; the tokenizer's own file must be there. */
  static TokenizerFile read(Path folder) {
    Path path = folder.resolve(NAME);
    JsonNode root = JsonFiles.readObject(path);
    Map<String, Integer> ids = vocabulary(root.path("model").path("vocab"));
    Set<Integer> special = new TreeSet<>();
    for (JsonNode token : root.path("added_tokens")) {
      ids.put(token.path("content").asText(), token.path("id").asInt());
      if (token.path("special").asBoolean()) {
        special.add(token.path("id").asInt());
      }
    }
    if (ids.isEmpty()) {
      throw UserProblem.failure(path + " holds no vocabulary (model.vocab); copy the file again");
    }
    TokenSettings settings = TokenSettings.read(folder);
    return new TokenizerFile(
        path,
        ids,
        Set.copyOf(special),
        TemplateJson.read(root.path("post_processor"), path),
        Roles.of(settings, token -> ids.getOrDefault(token, -1)),
        settings.cleansSpaces());
  }

  int vocabularySize() {
    return ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow() + 1;
  }

  String fingerprint() {
    return new Fingerprint().add(path).add(roles.toString()).hex();
  }

  /** BPE and WordPiece map token to id; Unigram lists [token, score] in id order. */
  private static Map<String, Integer> vocabulary(JsonNode vocab) {
    Map<String, Integer> ids = new HashMap<>();
    if (vocab.isArray()) {
      for (int id = 0; id < vocab.size(); id++) {
        ids.put(vocab.get(id).path(0).asText(), id);
      }
    } else {
      vocab.properties().forEach(e -> ids.put(e.getKey(), e.getValue().asInt()));
    }
    return ids;
  }
}
