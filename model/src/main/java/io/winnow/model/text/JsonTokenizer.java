package io.winnow.model.text;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer.json, run by the Hugging Face tokenizers library (through DJL). The file alone
 * decides: DJL's own defaults for truncation, padding and lower-casing are all overridden, and
 * nothing goes to the network.
 */
public final class JsonTokenizer implements Tokenizer {
  private final TokenizerFile file;
  private final HuggingFaceTokenizer library;
  private final int maxLength;

  private JsonTokenizer(TokenizerFile file, HuggingFaceTokenizer library, int maxLength) {
    this.file = file;
    this.library = library;
    this.maxLength = maxLength;
  }

  /**
   * Opens the tokenizer of a model folder.
   *
   * @param maxLength tokens that an encoded text has at most, special tokens included
   */
  public static JsonTokenizer open(Path folder, int maxLength) {
    TokenizerFile file = TokenizerFile.read(folder);
    stayOffline();
    JsonTokenizer tokenizer = new JsonTokenizer(file, load(file.path(), maxLength), maxLength);
    try {
      Tokenizers.requireRoom(tokenizer);
      tokenizer.requireTemplate();
    } catch (UserProblem e) {
      tokenizer.close();
      throw e;
    }
    return tokenizer;
  }

  @Override
  public Encoded encode(String text, @Nullable String pair) {
    Encoding encoding =
        pair == null ? library.encode(text, true, false) : library.encode(text, pair, true, false);
    return new Encoded(
        ints(encoding.getIds()), ints(encoding.getTypeIds()), encoding.exceedMaxLength());
  }

  @Override
  public TextTokens plain(String text) {
    String whole = Characters.wellFormed(text);
    Encoding encoding = library.encode(whole, false, true);
    TokenBuffer tokens = new TokenBuffer();
    Utf16Offsets offsets = new Utf16Offsets(whole);
    add(encoding, offsets, tokens);
    for (Encoding rest : encoding.getOverflowing()) {
      add(rest, offsets, tokens);
    }
    return tokens.tokens();
  }

  private static void add(Encoding encoding, Utf16Offsets offsets, TokenBuffer out) {
    long[] ids = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    for (int i = 0; i < ids.length; i++) {
      out.add(
          Math.toIntExact(ids[i]), offsets.of(spans[i].getStart()), offsets.of(spans[i].getEnd()));
    }
  }

  @Override
  public Joined join(int[] first, int @Nullable [] second) {
    return file.template().join(first, second);
  }

  @Override
  public int singleSpecials() {
    return file.template().singleSpecials();
  }

  @Override
  public int pairSpecials() {
    return file.template().pairSpecials();
  }

  @Override
  public String decode(int[] ids, SpecialTokens how) {
    long[] wide = Arrays.stream(ids).asLongStream().toArray();
    String text = library.decode(wide, how == SpecialTokens.SKIP);
    return file.cleansSpaces() ? SpaceCleanup.apply(text) : text;
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public int padId() {
    return file.roles().pad();
  }

  @Override
  public OptionalInt beginId() {
    return file.roles().begin();
  }

  @Override
  public OptionalInt endId() {
    return file.roles().end();
  }

  @Override
  public int vocabularySize() {
    return file.vocabularySize();
  }

  @Override
  public Set<Integer> specialIds() {
    return file.specialIds();
  }

  @Override
  public OptionalInt id(String token) {
    Integer id = file.ids().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public String fingerprint() {
    return file.fingerprint();
  }

  @Override
  public void close() {
    library.close();
  }

  /** The template as read must do what the library does. */
  private void requireTemplate() {
    int[] first = plain("a").ids();
    int[] second = plain("b").ids();
    Encoded pair = file.template().cut(first, second, maxLength);
    Encoded single = file.template().cut(first, null, maxLength);
    if (!same(single, encode("a", null)) || !same(pair, encode("a", "b"))) {
      throw UserProblem.failure(
          file.path()
              + ": its post_processor puts special tokens where Winnow does not expect them; use"
              + " the tokenizer.json of the published model");
    }
  }

  private static boolean same(Encoded a, Encoded b) {
    return Arrays.equals(a.ids(), b.ids()) && Arrays.equals(a.types(), b.types());
  }

  private static HuggingFaceTokenizer load(Path path, int maxLength) {
    Map<String, String> options =
        Map.of(
            "addSpecialTokens", "true",
            "truncation", "longest_first",
            "padding", "do_not_pad",
            "maxLength", Integer.toString(maxLength),
            "modelMaxLength", Integer.toString(maxLength),
            "stride", "0",
            "doLowerCase", "false",
            "stripAccents", "false");
    try (InputStream in = Files.newInputStream(path)) {
      // by stream, not by path: DJL would otherwise change the text by tokenizer_config.json
      return HuggingFaceTokenizer.newInstance(in, options);
    } catch (IOException e) {
      throw FileProblems.unreadable(path.toString(), e);
    } catch (EngineException | LinkageError e) {
      throw UserProblem.failure(
          "the tokenizer library cannot run on this platform (%s %s): %s; it is built for Linux"
                  .formatted(
                      System.getProperty("os.name"), System.getProperty("os.arch"), e.getMessage())
              + " with glibc (x86_64, aarch64), macOS on ARM, and Windows x64",
          e);
    } catch (RuntimeException e) {
      throw UserProblem.failure(
          path + ": not a tokenizer that this version can read: " + e.getMessage(), e);
    }
  }

  /** DJL reports its use on EC2, and fetches natives for CUDA, unless told not to. */
  private static void stayOffline() {
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
  }

  private static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }
}
