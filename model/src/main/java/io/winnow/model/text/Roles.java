package io.winnow.model.text;

import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ids of the tokens in roles.
 *
 * @param pad fills short rows
 */
record Roles(OptionalInt begin, OptionalInt end, int pad) {
  /**
   * Begin and end: the token that the folder names, else the id that config.json names. Padding:
   * the same, else the end, else 0.
   *
   * @param ids id of a token, below 0 where it is unknown
   */
  static Roles of(TokenSettings settings, ToIntFunction<String> ids) {
    OptionalInt begin = id(settings.token("bos_token"), ids, settings.modelId("bos_token_id"));
    OptionalInt end = id(settings.token("eos_token"), ids, settings.modelId("eos_token_id"));
    OptionalInt pad = id(settings.token("pad_token"), ids, settings.modelId("pad_token_id"));
    return new Roles(begin, end, pad.orElse(end.orElse(0)));
  }

  private static OptionalInt id(
      @Nullable String token, ToIntFunction<String> ids, OptionalInt otherwise) {
    int id = token == null ? -1 : ids.applyAsInt(token);
    return id < 0 ? otherwise : OptionalInt.of(id);
  }
}
