package io.winnow.model.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.text.SentencePieceModel.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Writes a tokenizer of another form as a tokenizer.json, piece by piece as the converters of
 * transformers 4 (convert_slow_tokenizer.py) do, so that Hugging Face's own library can be asked
 * what it makes of the same model.
 */
final class JsonForm {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final ObjectNode root = JSON.createObjectNode();

  private JsonForm() {
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    root.putArray("added_tokens");
    root.putNull("normalizer").putNull("pre_tokenizer").putNull("post_processor");
    root.putNull("decoder");
  }

  /** A Unigram model: DebertaV2Converter. */
  static JsonForm unigram(SentencePieceModel model, byte[] charsMap) {
    JsonForm form = new JsonForm();
    List<Map<String, Object>> normalizers = new ArrayList<>();
    normalizers.add(Map.of("type", "Strip", "strip_left", true, "strip_right", true));
    if (charsMap.length > 0) {
      normalizers.add(
          Map.of(
              "type",
              "Precompiled",
              "precompiled_charsmap",
              Base64.getEncoder().encodeToString(charsMap)));
    }
    normalizers.add(Map.of("type", "Replace", "pattern", Map.of("Regex", " {2,}"), "content", " "));
    form.set("normalizer", Map.of("type", "Sequence", "normalizers", normalizers));
    Map<String, Object> metaspace =
        Map.of("type", "Metaspace", "replacement", "▁", "prepend_scheme", "always", "split", true);
    form.set("pre_tokenizer", metaspace).set("decoder", metaspace);
    ObjectNode unigram = form.root.putObject("model");
    unigram.put("type", "Unigram").put("unk_id", model.trainer().unknown());
    ArrayNode vocab = unigram.putArray("vocab");
    model.pieces().forEach(p -> vocab.addArray().add(p.text()).add((double) p.score()));
    return form;
  }

  /** A BPE model: LlamaConverter, with the merges that generate_merges makes. */
  static JsonForm scoredMerges(SentencePieceModel model, boolean legacy) {
    JsonForm form = new JsonForm();
    if (legacy) {
      form.set(
          "normalizer",
          Map.of(
              "type",
              "Sequence",
              "normalizers",
              List.of(
                  Map.of("type", "Prepend", "prepend", "▁"),
                  Map.of("type", "Replace", "pattern", Map.of("String", " "), "content", "▁"))));
    } else {
      form.set(
          "pre_tokenizer",
          Map.of(
              "type", "Metaspace", "replacement", "▁", "prepend_scheme", "first", "split", false));
    }
    form.set(
        "decoder",
        Map.of(
            "type",
            "Sequence",
            "decoders",
            List.of(
                Map.of("type", "Replace", "pattern", Map.of("String", "▁"), "content", " "),
                Map.of("type", "ByteFallback"),
                Map.of("type", "Fuse"),
                Map.of("type", "Strip", "content", " ", "start", 1, "stop", 0))));
    ObjectNode bpe = form.root.putObject("model");
    bpe.put("type", "BPE").put("unk_token", "<unk>").put("fuse_unk", true);
    bpe.put("byte_fallback", model.trainer().byteFallback());
    ObjectNode vocab = bpe.putObject("vocab");
    for (int id = 0; id < model.pieces().size(); id++) {
      vocab.put(model.pieces().get(id).text(), id);
    }
    ArrayNode merges = bpe.putArray("merges");
    generated(model).forEach(m -> merges.addArray().add(m.left).add(m.right));
    return form;
  }

  private record Merge(String left, String right, float score) {}

  private static List<Merge> generated(SentencePieceModel model) {
    Vocabulary vocabulary = model.vocabulary();
    List<Merge> merges = new ArrayList<>();
    for (SentencePieceModel.Piece piece : model.pieces()) {
      for (int cut = 1; cut < piece.text().length() && piece.kind() == Kind.NORMAL; cut++) {
        String left = piece.text().substring(0, cut);
        String right = piece.text().substring(cut);
        if (vocabulary.id(left) >= 0 && vocabulary.id(right) >= 0) {
          merges.add(new Merge(left, right, piece.score()));
        }
      }
    }
    merges.sort(Comparator.comparing(m -> -m.score));
    return merges;
  }

  /** vocab.json and merges.txt: RobertaConverter. */
  static JsonForm byteLevel(Path folder, boolean addPrefixSpace) {
    JsonForm form = new JsonForm();
    Map<String, Object> level =
        Map.of(
            "type",
            "ByteLevel",
            "add_prefix_space",
            addPrefixSpace,
            "trim_offsets",
            true,
            "use_regex",
            true);
    form.set("pre_tokenizer", level).set("decoder", level);
    try {
      ObjectNode vocab = (ObjectNode) JSON.readTree(Files.readString(folder.resolve("vocab.json")));
      List<Object> sep = List.of("</s>", vocab.path("</s>").asInt());
      List<Object> cls = List.of("<s>", vocab.path("<s>").asInt());
      form.set(
          "post_processor",
          Map.of(
              "type",
              "RobertaProcessing",
              "sep",
              sep,
              "cls",
              cls,
              "trim_offsets",
              true,
              "add_prefix_space",
              addPrefixSpace));
      ObjectNode bpe = form.root.putObject("model");
      bpe.put("type", "BPE").put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
      bpe.set("vocab", vocab);
      ArrayNode merges = bpe.putArray("merges");
      Files.readAllLines(folder.resolve("merges.txt")).stream()
          .filter(line -> !line.startsWith("#version") && !line.isEmpty())
          .forEach(line -> merges.addArray().add(line.split(" ")[0]).add(line.split(" ")[1]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return form;
  }

  /** vocab.txt: BertConverter. */
  static JsonForm wordPiece(List<String> tokens, boolean lowerCase) {
    JsonForm form = new JsonForm();
    form.root
        .putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .put("lowercase", lowerCase)
        .putNull("strip_accents");
    form.set("pre_tokenizer", Map.of("type", "BertPreTokenizer"));
    form.set("decoder", Map.of("type", "WordPiece", "prefix", "##", "cleanup", true));
    ObjectNode model = form.root.putObject("model");
    model.put("type", "WordPiece").put("unk_token", "[UNK]");
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      vocab.put(tokens.get(id), id);
    }
    return form;
  }

  /** Sets a part of the file. */
  JsonForm set(String key, Map<String, ?> value) {
    root.set(key, JSON.valueToTree(value));
    return this;
  }

  /** Adds a special token. */
  JsonForm special(String content, int id) {
    return special(content, id, false);
  }

  JsonForm special(String content, int id, boolean lstrip) {
    ((ArrayNode) root.path("added_tokens"))
        .addObject()
        .put("id", id)
        .put("content", content)
        .put("single_word", false)
        .put("lstrip", lstrip)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    return this;
  }

  /** Opens it with Hugging Face's library. */
  Tokenizer open(Path folder) {
    try {
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("tokenizer.json"), JSON.writeValueAsString(root));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return JsonTokenizer.open(folder, 1 << 20);
  }
}
