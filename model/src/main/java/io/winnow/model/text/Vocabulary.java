package io.winnow.model.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens by id and ids by token. Not every id need have a token. */
final class Vocabulary {
  private final List<@Nullable String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids;

  private Vocabulary(Map<String, Integer> ids) {
    this.ids = ids;
    ids.forEach(this::place);
  }

  /** The vocabulary of this map; ids from 0, each of one token. */
  static Vocabulary of(Map<String, Integer> ids) {
    return new Vocabulary(new HashMap<>(ids));
  }

  /** The vocabulary of a list in the order of ids. */
  static Vocabulary of(List<String> tokens) {
    Map<String, Integer> ids = new HashMap<>();
    for (int id = 0; id < tokens.size(); id++) {
      ids.putIfAbsent(tokens.get(id), id);
    }
    Vocabulary vocabulary = new Vocabulary(ids);
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.place(tokens.get(id), id);
    }
    return vocabulary;
  }

  /** This vocabulary and the added tokens. */
  Vocabulary with(List<AddedToken> added) {
    Map<String, Integer> all = new HashMap<>(ids);
    added.forEach(token -> all.put(token.content(), token.id()));
    return new Vocabulary(all);
  }

  private void place(String token, int id) {
    while (tokens.size() <= id) {
      tokens.add(null);
    }
    tokens.set(id, token);
  }

  /** One more than the largest id. */
  int size() {
    return tokens.size();
  }

  /** The id of a token, -1 where it is unknown. */
  int id(String token) {
    return ids.getOrDefault(token, -1);
  }

  /** The token of an id, null where there is none. */
  @Nullable String token(int id) {
    return id >= 0 && id < tokens.size() ? tokens.get(id) : null;
  }
}
