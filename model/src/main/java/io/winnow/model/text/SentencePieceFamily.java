package io.winnow.model.text;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.text.SentencePieceModel.Algorithm;
import io.winnow.model.text.SentencePieceModel.Kind;
import io.winnow.model.text.SentencePieceText.Prefix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Tokenizers of SentencePiece files, as the fast tokenizers of transformers 4 have them. With
 * {@code [CLS]} and {@code [SEP]} (DeBERTa-v3): {@code [CLS] A [SEP] B [SEP]}, a character without
 * a piece is unknown even if the file has bytes. Otherwise begin and end tokens by add_bos_token
 * and add_eos_token (Llama: begin only; Unigram: end only), bytes where the file asks for them.
 * Llama's {@code legacy} (true where it is not set) puts a space behind special tokens too.
 */
final class SentencePieceFamily {
  private final SentencePieceModel model;
  private final Vocabulary vocabulary;
  private final TokenSettings settings;
  private final boolean bertLike;

  SentencePieceFamily(TokenSettings given, SentencePieceModel model) {
    this.model = model;
    vocabulary = model.vocabulary();
    Map<String, String> ends = Map.of("cls_token", "[CLS]", "sep_token", "[SEP]");
    TokenSettings named = given.withDefaults(ends);
    bertLike =
        model.trainer().algorithm() == Algorithm.UNIGRAM
            && named.id("cls_token", vocabulary) >= 0
            && named.id("sep_token", vocabulary) >= 0;
    settings = (bertLike ? named : given).withDefaults(own());
    for (String key : List.of("do_lower_case", "split_by_punct")) {
      if (settings.flag(key, false)) {
        throw UserProblem.failure(
            "%s says %s = true, which Winnow does not do with %s; put the model's tokenizer.json there"
                .formatted(settings.folder().resolve("tokenizer_config.json"), key, model.file()));
      }
    }
  }

  /** The tokens that the file itself has in roles. */
  private Map<String, String> own() {
    Map<String, String> tokens = new LinkedHashMap<>();
    putControl(tokens, "bos_token", model.trainer().begin());
    putControl(tokens, "eos_token", model.trainer().end());
    tokens.put("unk_token", model.pieces().get(model.trainer().unknown()).text());
    for (String pad : List.of("[PAD]", "<pad>")) {
      putControl(tokens, "pad_token", vocabulary.id(pad));
    }
    if (bertLike) {
      tokens.put("mask_token", "[MASK]");
    }
    return tokens;
  }

  private void putControl(Map<String, String> tokens, String role, int id) {
    boolean known = id >= 0 && id < model.pieces().size();
    if (known && model.pieces().get(id).kind() == Kind.CONTROL) {
      tokens.putIfAbsent(role, model.pieces().get(id).text());
    }
  }

  PieceTokenizer.Parts parts() {
    SentencePieceText text = new SentencePieceText(model, prefix());
    Unigram.Fallback fallback =
        bertLike || !model.trainer().byteFallback()
            ? Unigram.Fallback.UNKNOWN
            : Unigram.Fallback.BYTES;
    Pieces pieces =
        model.trainer().algorithm() == Algorithm.BPE
            ? new SentencePieceBpe(model, text)
            : new Unigram(model, text, fallback);
    List<AddedToken> added = added();
    Vocabulary all = vocabulary.with(added);
    return new PieceTokenizer.Parts(
        pieces,
        vocabulary,
        added,
        template(all),
        Roles.of(settings, all::id),
        settings.cleansSpaces(),
        List.of(model.file()),
        "%s %s".formatted(prefix(), fallback));
  }

  private Prefix prefix() {
    if (!settings.flag("add_prefix_space", model.normalizer().dummyPrefix())) {
      return Prefix.NEVER;
    }
    if (model.trainer().algorithm() == Algorithm.UNIGRAM) {
      return Prefix.UNLESS_THERE;
    }
    return settings.flag("legacy", true) ? Prefix.ALWAYS : Prefix.FIRST;
  }

  /** What the folder adds, and the file's control pieces. */
  private List<AddedToken> added() {
    List<AddedToken> tokens = new ArrayList<>(settings.addedTokens(vocabulary));
    for (int id = 0; id < model.pieces().size(); id++) {
      SentencePieceModel.Piece piece = model.pieces().get(id);
      if (piece.kind() == Kind.CONTROL
          && tokens.stream().noneMatch(t -> t.content().equals(piece.text()))) {
        tokens.add(AddedToken.special(piece.text(), id));
      }
    }
    return tokens;
  }

  private Template template(Vocabulary all) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (String role : List.of("bos_token", "eos_token", "cls_token", "sep_token")) {
      ids.put(role, settings.id(role, all));
    }
    if (bertLike) {
      return Template.parse(
          "cls_token $A sep_token", "cls_token $A sep_token $B:1 sep_token:1", ids);
    }
    boolean bpe = model.trainer().algorithm() == Algorithm.BPE;
    boolean begins = settings.flag("add_bos_token", bpe) && ids.get("bos_token") >= 0;
    boolean ends = settings.flag("add_eos_token", !bpe) && ids.get("eos_token") >= 0;
    String single = (begins ? "bos_token " : "") + "$A" + (ends ? " eos_token" : "");
    String second = (begins ? " bos_token:1" : "") + " $B:1" + (ends ? " eos_token:1" : "");
    return Template.parse(single, single + second, ids);
  }
}
