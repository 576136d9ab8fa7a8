package io.winnow.model.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tokens by id and ids by token. Not every id need have a token. */
final class Vocabulary {
  private final List<@Nullable String> tokens;
  private final Map<String, Integer> ids;
  private final Map<Integer, String> addedTokens = new HashMap<>();
  private final Map<String, Integer> addedIds = new HashMap<>();
  private int size;

  private Vocabulary(List<@Nullable String> tokens, Map<String, Integer> ids) {
    this.tokens = tokens;
    this.ids = ids;
    this.size = tokens.size();
  }

  /** The vocabulary of this map, ids from 0 on. */
  static Vocabulary of(Map<String, Integer> ids) {
    List<@Nullable String> tokens = new ArrayList<>();
    ids.forEach(
        (token, id) -> {
          while (tokens.size() <= id) {
            tokens.add(null);
          }
          tokens.set(id, token);
        });
    return new Vocabulary(tokens, ids);
  }

  /** The vocabulary of a list in the order of ids; of a doubled token the first id holds. */
  static Vocabulary of(List<String> tokens) {
    Map<String, Integer> ids = new HashMap<>(2 * tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      ids.putIfAbsent(tokens.get(id), id);
    }
    return new Vocabulary(new ArrayList<>(tokens), ids);
  }

  /** This vocabulary and the added tokens. */
  Vocabulary with(List<AddedToken> added) {
    Vocabulary both = new Vocabulary(tokens, ids);
    both.addedTokens.putAll(addedTokens);
    both.addedIds.putAll(addedIds);
    both.size = size;
    for (AddedToken token : added) {
      both.addedTokens.put(token.id(), token.content());
      both.addedIds.put(token.content(), token.id());
      both.size = Math.max(both.size, token.id() + 1);
    }
    return both;
  }

  /** One more than the largest id. */
  int size() {
    return size;
  }

  /** The id of a token, -1 where it is unknown. */
  int id(String token) {
    Integer added = addedIds.get(token);
    return added == null ? ids.getOrDefault(token, -1) : added;
  }

  /** The token of an id, null where there is none. */
  @Nullable String token(int id) {
    String added = addedTokens.get(id);
    return added == null && id >= 0 && id < tokens.size() ? tokens.get(id) : added;
  }
}
