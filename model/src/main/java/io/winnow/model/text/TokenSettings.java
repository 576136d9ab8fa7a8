package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the small files of a model folder say about its tokens; a file that is not there says
 * nothing.
 *
 * @param tokenizer tokenizer_config.json
 * @param specials special_tokens_map.json
 * @param added added_tokens.json, token to id
 * @param model config.json
 */
record TokenSettings(
    Path folder, JsonNode tokenizer, JsonNode specials, JsonNode added, JsonNode model) {
  private static final List<String> ROLES =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  static TokenSettings read(Path folder) {
    return new TokenSettings(
        folder,
        object(folder.resolve("tokenizer_config.json")),
        object(folder.resolve("special_tokens_map.json")),
        object(folder.resolve("added_tokens.json")),
        object(folder.resolve("config.json")));
  }

  private static JsonNode object(Path file) {
    return Files.isRegularFile(file)
        ? JsonFiles.readObject(file)
        : JsonNodeFactory.instance.objectNode();
  }

  /** The token in a role such as {@code bos_token}; null where none is set. */
  @Nullable String token(String role) {
    String token = token(role, tokenizer);
    return token == null ? token(role, specials) : token;
  }

  private static @Nullable String token(String role, JsonNode file) {
    return content(file.path(role));
  }

  /** These settings, with the family's own tokens in the roles that the folder leaves open. */
  TokenSettings withDefaults(Map<String, String> family) {
    ObjectNode filled = specials.deepCopy();
    family.forEach(
        (role, token) -> {
          if (token(role) == null) {
            filled.put(role, token);
          }
        });
    return new TokenSettings(folder, tokenizer, filled, added, model);
  }

  /** The id of the token in a role; below 0 where there is none. */
  int id(String role, Vocabulary vocabulary) {
    String token = token(role);
    return token == null ? -1 : vocabulary.id(token);
  }

  private static @Nullable String content(JsonNode token) {
    return token.isObject() ? token.path("content").textValue() : token.textValue();
  }

  /** A switch of tokenizer_config.json. */
  boolean flag(String key, boolean otherwise) {
    JsonNode value = tokenizer.path(key);
    return value.isBoolean() ? value.booleanValue() : otherwise;
  }

  /** model_type of config.json, empty where it says none. */
  String modelType() {
    return model.path("model_type").asText("");
  }

  /** A token id of config.json; of a list the first; none where it is null or below 0. */
  OptionalInt modelId(String key) {
    JsonNode value = model.path(key).isArray() ? model.path(key).path(0) : model.path(key);
    return value.canConvertToInt() && value.intValue() >= 0
        ? OptionalInt.of(value.intValue())
        : OptionalInt.empty();
  }

  /** Whether decoded text is to be cleaned of the spaces before punctuation. */
  boolean cleansSpaces() {
    return flag("clean_up_tokenization_spaces", false);
  }

  /**
   * The tokens that are split off before anything else: added_tokens_decoder and added_tokens.json
   * by id, then the tokens in roles that {@code vocabulary} knows, and last of all, with the next
   * free ids, those it does not know.
   */
  List<AddedToken> addedTokens(Vocabulary vocabulary) {
    List<AddedToken> tokens = new ArrayList<>();
    tokenizer
        .path("added_tokens_decoder")
        .properties()
        .forEach(e -> tokens.add(AddedToken.read(id(e.getKey()), e.getValue())));
    added
        .properties()
        .forEach(e -> tokens.add(AddedToken.special(e.getKey(), e.getValue().asInt())));
    int free = vocabulary.size();
    for (AddedToken token : tokens) {
      free = Math.max(free, token.id() + 1);
    }
    for (JsonNode role : roleTokens()) {
      String token = content(role);
      if (token == null || tokens.stream().anyMatch(t -> t.content().equals(token))) {
        continue;
      }
      int known = vocabulary.id(token);
      tokens.add(
          role.isObject()
              ? AddedToken.read(known < 0 ? free : known, role).asSpecial()
              : AddedToken.special(token, known < 0 ? free : known));
      free += known < 0 ? 1 : 0;
    }
    return List.copyOf(tokens);
  }

  private List<JsonNode> roleTokens() {
    List<JsonNode> tokens = new ArrayList<>();
    for (String role : ROLES) {
      tokens.add(token(role, tokenizer) == null ? specials.path(role) : tokenizer.path(role));
    }
    tokenizer.path("additional_special_tokens").forEach(tokens::add);
    specials.path("additional_special_tokens").forEach(tokens::add);
    return tokens;
  }

  private int id(String key) {
    try {
      return Integer.parseInt(key);
    } catch (NumberFormatException e) {
      throw UserProblem.failure(
          "%s: added_tokens_decoder has the key \"%s\", which is no token id; copy the file again"
              .formatted(folder.resolve("tokenizer_config.json"), key),
          e);
    }
  }
}
