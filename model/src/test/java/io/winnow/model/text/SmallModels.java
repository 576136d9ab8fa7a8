package io.winnow.model.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tiny tokenizers of every form, written into a folder. */
final class SmallModels {
  static final Map<String, String> RULES =
      Map.ofEntries(
          Map.entry("\n", " "),
          Map.entry("\t", " "),
          Map.entry("\r", " "),
          Map.entry("\u3000", " "),
          Map.entry("\u00a0", " "),
          Map.entry("▁", " "),
          Map.entry("ﬁ", "fi"),
          Map.entry("½", "1⁄2"),
          Map.entry("…", "..."),
          Map.entry("e\u0301", "é"),
          Map.entry("Ａ", "A"),
          Map.entry("\u0001", ""));

  private SmallModels() {}

  /** A DeBERTa-like Unigram model, spm.model. */
  static byte[] unigram(Path folder) throws IOException {
    List<Object[]> pieces = new ArrayList<>();
    for (String control : List.of("[PAD]", "[CLS]", "[SEP]")) {
      pieces.add(new Object[] {control, 0, 3});
    }
    pieces.add(new Object[] {"[UNK]", 0, 2});
    float score = -2;
    for (String piece :
        List.of(
            "▁", "▁the", "the", "▁menu", "s", "▁t", "h", "e", "m", "n", "u", "t", "a", "aa", "aaa",
            "▁a", "fi", "f", "i", "1", "2", "⁄", ".", "...", "é", "x", "A", "中", "😀", "▁un", "ing",
            "in", "g", "'", "▁T", "T")) {
      pieces.add(new Object[] {piece, score, 1});
      score -= 0.37f;
    }
    byte[] bytes = SentencePieceBytes.write(pieces, 1, false, DartsTrie.charsMap(RULES));
    Files.write(folder.resolve("spm.model"), bytes);
    return bytes;
  }

  /** A Llama-like BPE model with byte fallback, tokenizer.model. */
  static Path scoredMerges(Path folder) throws IOException {
    List<Object[]> pieces = new ArrayList<>();
    pieces.add(new Object[] {"<unk>", 0, 2});
    pieces.add(new Object[] {"<s>", 0, 3});
    pieces.add(new Object[] {"</s>", 0, 3});
    for (int b = 0; b < 256; b++) {
      pieces.add(new Object[] {"<0x%02X>".formatted(b), 0, 6});
    }
    int score = 0;
    for (String piece :
        List.of(
            "▁t", "he", "▁the", "▁▁", "in", "ing", "▁m", "en", "▁men", "▁menu", "aa", "aaaa", "un",
            "▁", "t", "h", "e", "i", "n", "g", "m", "u", "a", "s", "T", ".", ",", "1", "2", "7",
            "é", "中", "x", "'", "-")) {
      pieces.add(new Object[] {piece, score--, 1});
    }
    Path file = folder.resolve("tokenizer.model");
    return Files.write(file, SentencePieceBytes.write(pieces, 2, true, new byte[0]));
  }

  /** A RoBERTa-like byte-level model, vocab.json and merges.txt. */
  static void byteLevel(Path folder) throws IOException {
    Map<String, Integer> ids = new LinkedHashMap<>();
    List.of("<s>", "<pad>", "</s>", "<unk>").forEach(token -> ids.put(token, ids.size()));
    for (int b = 0; b < 256; b++) {
      ids.put(String.valueOf(ByteAlphabet.character(b)), ids.size());
    }
    List<String> merges =
        List.of(
            "Ġ t", "h e", "Ġt he", "i n", "in g", "Ġ Ġ", "m e", "n u", "Ġ m", "me nu", "a a",
            "aa aa", "Ã ©", "1 2", "Ċ Ċ");
    merges.forEach(merge -> ids.put(merge.replace(" ", ""), ids.size()));
    ids.put("<mask>", ids.size());
    Files.writeString(folder.resolve("vocab.json"), new ObjectMapper().writeValueAsString(ids));
    Files.writeString(
        folder.resolve("merges.txt"), "#version: 0.2\n" + String.join("\n", merges) + "\n");
  }

  /** A BERT-like model, vocab.txt. */
  static List<String> wordPiece(Path folder) throws IOException {
    List<String> tokens =
        List.of(
            "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "The", "menu", "##s", "##ing",
            "un", "##the", "a", "##a", "##aa", "1", "##2", "7", "##7", ".", ",", "'", "s", "-", "(",
            "e", "é", "中", "文", "字", "##e", "x", "##x", "...", "naive", "i", "##n", "ss", "ß", "!",
            "?", "q", "z", "##q", "ω", "</");
    Files.write(folder.resolve("vocab.txt"), tokens);
    return tokens;
  }

  /** A character model: config.json. */
  static void characters(Path folder) throws IOException {
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "bart", "vocab_size": 12, "pad_token_id": 0, "bos_token_id": 1,
         "eos_token_id": 2, "grapheme_chars": "____abc-", "phoneme_chars": "____æbkˈ"}
        """);
  }

  static void settings(Path folder, String json, Object... values) throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"), json.formatted(values).toLowerCase(Locale.ROOT));
  }
}
