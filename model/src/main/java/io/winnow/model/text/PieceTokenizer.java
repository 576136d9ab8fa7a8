package io.winnow.model.text;

import io.winnow.model.compute.Fingerprint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer in plain Java: added tokens are split off, what is between them goes through the
 * family's {@link Pieces}, the {@link Template} puts the model's special tokens around. Immutable,
 * for any number of threads; closing does nothing.
 */
final class PieceTokenizer implements Tokenizer {
  private final Parts parts;
  private final AddedTokens added;
  private final Vocabulary vocabulary;
  private final Set<Integer> specialIds;
  private final Tokenizer target;
  private final int maxLength;
  private final String fingerprint;

  /**
   * What a family is made of.
   *
   * @param vocabulary without added tokens
   * @param files all files that decide ids, for the fingerprint
   * @param variant the settings that decide ids beside the files, for the fingerprint
   * @param cleansSpaces whether decoded text loses the spaces before punctuation
   */
  record Parts(
      Pieces pieces,
      Vocabulary vocabulary,
      List<AddedToken> added,
      Template template,
      Roles roles,
      boolean cleansSpaces,
      List<Path> files,
      String variant) {}

  PieceTokenizer(Parts parts, int maxLength) {
    this(parts, maxLength, null);
  }

  /**
   * A tokenizer with another one for what the model writes.
   *
   * @param target null for this one
   */
  PieceTokenizer(Parts parts, int maxLength, @Nullable Tokenizer target) {
    this.parts = parts;
    this.target = target == null ? this : target;
    this.maxLength = maxLength;
    added = new AddedTokens(parts.added);
    vocabulary = parts.vocabulary.with(added.all());
    specialIds =
        added.all().stream()
            .filter(AddedToken::special)
            .map(AddedToken::id)
            .collect(Collectors.toUnmodifiableSet());
    Fingerprint print = new Fingerprint();
    parts.files.forEach(print::add);
    fingerprint =
        print
            .add("%s %s %s %s".formatted(added.all(), parts.template, parts.roles, parts.variant))
            .hex();
    Tokenizers.requireRoom(this);
  }

  @Override
  public Encoded encode(String text, @Nullable String pair) {
    int[] second = pair == null ? null : plain(pair).ids();
    return parts.template.cut(plain(text).ids(), second, maxLength);
  }

  @Override
  public TextTokens plain(String text) {
    TokenBuffer tokens = new TokenBuffer();
    added.split(Characters.wellFormed(text), parts.pieces, tokens);
    return tokens.tokens();
  }

  @Override
  public Joined join(int[] first, int @Nullable [] second) {
    return parts.template.join(first, second);
  }

  @Override
  public int singleSpecials() {
    return parts.template.singleSpecials();
  }

  @Override
  public int pairSpecials() {
    return parts.template.pairSpecials();
  }

  @Override
  public String decode(int[] ids, SpecialTokens how) {
    List<String> tokens = new ArrayList<>(ids.length);
    for (int id : ids) {
      String token = vocabulary.token(id);
      if (token != null && (how == SpecialTokens.KEEP || !specialIds.contains(id))) {
        tokens.add(token);
      }
    }
    String text = parts.pieces.text(tokens);
    return parts.cleansSpaces ? SpaceCleanup.apply(text) : text;
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public int padId() {
    return parts.roles.pad();
  }

  @Override
  public OptionalInt beginId() {
    return parts.roles.begin();
  }

  @Override
  public OptionalInt endId() {
    return parts.roles.end();
  }

  @Override
  public Tokenizer target() {
    return target;
  }

  @Override
  public int vocabularySize() {
    return vocabulary.size();
  }

  @Override
  public Set<Integer> specialIds() {
    return specialIds;
  }

  @Override
  public OptionalInt id(String token) {
    int id = vocabulary.id(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public void close() {}
}
