package io.winnow.model.data;

import io.winnow.model.text.Encoded;
import io.winnow.model.text.Joined;
import io.winnow.model.text.SpecialTokens;
import io.winnow.model.text.TextTokens;
import io.winnow.model.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Words are tokens, numbered from 10 on as they come: {@code <1> a b <2>}, {@code <1> a <2> b <2>}.
 */
final class WordTokenizer implements Tokenizer {
  static final int BEGIN = 1;
  static final int END = 2;
  private static final Pattern WORD = Pattern.compile("\\S+");

  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final int maxLength;

  WordTokenizer(int maxLength) {
    this.maxLength = maxLength;
  }

  @Override
  public TextTokens plain(String text) {
    List<int[]> found = new ArrayList<>();
    Matcher words = WORD.matcher(text);
    while (words.find()) {
      int id = ids.computeIfAbsent(words.group(), word -> 10 + ids.size());
      found.add(new int[] {id, words.start(), words.end()});
    }
    return new TextTokens(part(found, 0), part(found, 1), part(found, 2));
  }

  private static int[] part(List<int[]> found, int which) {
    return found.stream().mapToInt(token -> token[which]).toArray();
  }

  @Override
  public Joined join(int[] first, int @Nullable [] second) {
    List<Integer> row = new ArrayList<>(List.of(BEGIN));
    Arrays.stream(first).forEach(row::add);
    row.add(END);
    int secondAt = second == null ? -1 : row.size();
    if (second != null) {
      Arrays.stream(second).forEach(row::add);
      row.add(END);
    }
    int[] all = row.stream().mapToInt(Integer::intValue).toArray();
    return new Joined(new Encoded(all, new int[all.length], false), 1, secondAt);
  }

  @Override
  public Encoded encode(String text, @Nullable String pair) {
    int[] all = join(plain(text).ids(), pair == null ? null : plain(pair).ids()).row().ids();
    int[] cut = Arrays.copyOf(all, Math.min(all.length, maxLength));
    return new Encoded(cut, new int[cut.length], cut.length < all.length);
  }

  @Override
  public int singleSpecials() {
    return 2;
  }

  @Override
  public int pairSpecials() {
    return 3;
  }

  @Override
  public String decode(int[] tokens, SpecialTokens how) {
    Map<Integer, String> words =
        ids.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    return Arrays.stream(tokens)
        .filter(words::containsKey)
        .mapToObj(words::get)
        .collect(Collectors.joining(" "));
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public int padId() {
    return 0;
  }

  @Override
  public OptionalInt beginId() {
    return OptionalInt.of(BEGIN);
  }

  @Override
  public OptionalInt endId() {
    return OptionalInt.of(END);
  }

  @Override
  public int vocabularySize() {
    return 10 + ids.size();
  }

  @Override
  public Set<Integer> specialIds() {
    return Set.of(BEGIN, END);
  }

  @Override
  public OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public String fingerprint() {
    return "words";
  }

  @Override
  public void close() {
    // nothing is held
  }
}
