package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Fingerprint;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a model folder says about its tokens: ids from tokenizer.json, the padding token from the
 * files beside it.
 */
record TokenizerFile(Path path, Map<String, Integer> ids, Set<Integer> specialIds, int padId) {
  private static final String NAME = "tokenizer.json";
  private static final List<String> OTHER_FORMS =
      List.of("spm.model", "tokenizer.model", "vocab.json", "vocab.txt");

  /** Reads the files of a folder; the tokenizer's own file must be there. */
  static TokenizerFile read(Path folder) {
    Path path = folder.resolve(NAME);
    if (!Files.isRegularFile(path)) {
      throw missing(folder);
    }
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
    return new TokenizerFile(path, ids, Set.copyOf(special), padId(folder, ids));
  }

  int vocabularySize() {
    return ids.values().stream().mapToInt(Integer::intValue).max().orElseThrow() + 1;
  }

  String fingerprint() {
    return new Fingerprint().add(path).hex();
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

  private static int padId(Path folder, Map<String, Integer> ids) {
    for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
      String token = padToken(folder.resolve(file));
      if (token != null && ids.containsKey(token)) {
        return ids.get(token);
      }
    }
    Path config = folder.resolve("config.json");
    if (Files.isRegularFile(config)) {
      return Math.max(0, JsonFiles.readObject(config).path("pad_token_id").asInt(0));
    }
    return 0;
  }

  private static @Nullable String padToken(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    JsonNode token = JsonFiles.readObject(file).path("pad_token");
    return token.isObject() ? token.path("content").textValue() : token.textValue();
  }

  private static UserProblem missing(Path folder) {
    List<String> others =
        OTHER_FORMS.stream().filter(f -> Files.isRegularFile(folder.resolve(f))).toList();
    if (others.isEmpty()) {
      return UserProblem.failure(
          folder + " has no tokenizer.json; copy it there from the model that the weights are of");
    }
    return UserProblem.failure(
        "%s has no tokenizer.json, the one form of tokenizer that Winnow reads so far; it has %s."
                .formatted(folder, String.join(", ", others))
            + " Make the file once: python3 -c \"from transformers import AutoTokenizer as t;"
            + " t.from_pretrained('%1$s').save_pretrained('%1$s')\"".formatted(folder));
  }
}
