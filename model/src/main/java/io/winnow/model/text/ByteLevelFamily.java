package io.winnow.model.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tokenizers of vocab.json and merges.txt: RoBERTa and BART ({@code <s> A </s></s> B </s>}), and
 * GPT-2, which has nothing around a text.
 */
final class ByteLevelFamily {
  private static final Set<String> MODEL_TYPES =
      Set.of("", "roberta", "bart", "gpt2", "longformer", "led");
  private static final Map<String, String> ROBERTA =
      Map.of(
          "bos_token", "<s>",
          "eos_token", "</s>",
          "unk_token", "<unk>",
          "sep_token", "</s>",
          "pad_token", "<pad>",
          "cls_token", "<s>",
          "mask_token", "<mask>");

  private final Path vocabularyFile;
  private final Path mergesFile;
  private final TokenSettings settings;
  private final Vocabulary vocabulary;

  ByteLevelFamily(TokenSettings given) {
    vocabularyFile = given.folder().resolve("vocab.json");
    mergesFile = given.folder().resolve("merges.txt");
    if (!MODEL_TYPES.contains(given.modelType())) {
      throw UserProblem.failure(
          "%s: Winnow does not know how models of the type \"%s\" cut text into words; put the"
                  .formatted(vocabularyFile, given.modelType())
              + " model's tokenizer.json there");
    }
    vocabulary = readVocabulary();
    Map<String, String> known = new LinkedHashMap<>();
    ROBERTA.forEach(
        (role, token) -> {
          if (vocabulary.id(token) >= 0) {
            known.put(role, token);
          }
        });
    settings = given.withDefaults(known);
  }

  private Vocabulary readVocabulary() {
    Map<String, Integer> ids = new HashMap<>();
    int limit = 0;
    for (Map.Entry<String, JsonNode> e : JsonFiles.readObject(vocabularyFile).properties()) {
      JsonNode id = e.getValue();
      if (!id.canConvertToInt() || !id.isIntegralNumber() || id.intValue() < 0) {
        throw UserProblem.failure(
            "%s: the id of \"%s\" is %s, not a number from 0 on; copy the file again"
                .formatted(vocabularyFile, e.getKey(), id));
      }
      ids.put(e.getKey(), id.intValue());
      limit = Math.max(limit, id.intValue());
    }
    if (limit > 2L * ids.size() + 1000) {
      throw UserProblem.failure(
          "%s: the largest id is %d, for %d tokens; copy the file again"
              .formatted(vocabularyFile, limit, ids.size()));
    }
    return Vocabulary.of(ids);
  }

  PieceTokenizer.Parts parts() {
    List<AddedToken> added =
        settings.addedTokens(vocabulary).stream().map(this::withMaskSpace).toList();
    Vocabulary all = vocabulary.with(added);
    ByteLevelBpe.Prefix prefix =
        settings.flag("add_prefix_space", false)
            ? ByteLevelBpe.Prefix.SPACE
            : ByteLevelBpe.Prefix.NONE;
    int[] byteIds = ByteLevelBpe.byteIds(vocabulary, vocabularyFile);
    return new PieceTokenizer.Parts(
        new ByteLevelBpe(vocabulary, byteIds, readMerges(), prefix),
        vocabulary,
        added,
        template(all),
        Roles.of(settings, all::id),
        settings.cleansSpaces(),
        List.of(vocabularyFile, mergesFile),
        prefix.toString());
  }

  /** A mask token given by its name alone takes the space before it. */
  private AddedToken withMaskSpace(AddedToken token) {
    boolean byName =
        token.content().equals(settings.token("mask_token"))
            && settings.tokenizer().path("added_tokens_decoder").isMissingNode()
            && !settings.tokenizer().path("mask_token").isObject()
            && !settings.specials().path("mask_token").isObject();
    return byName ? AddedToken.mask(token.content(), token.id()) : token;
  }

  private Template template(Vocabulary all) {
    int cls = settings.id("cls_token", all);
    int sep = settings.id("sep_token", all);
    if (cls < 0 || sep < 0) {
      return Template.parse("$A", "$A $B:1", Map.of());
    }
    return Template.parse("cls $A sep", "cls $A sep sep $B sep", Map.of("cls", cls, "sep", sep));
  }

  private PairMerges readMerges() {
    List<String> lines;
    try {
      lines = Files.readAllLines(mergesFile);
    } catch (IOException e) {
      throw FileProblems.unreadable(mergesFile.toString(), e);
    }
    PairMerges merges = new PairMerges();
    int first = !lines.isEmpty() && lines.get(0).startsWith("#version") ? 1 : 0;
    for (int i = first; i < lines.size(); i++) {
      if (!lines.get(i).isEmpty()) {
        addMerge(lines.get(i), i, merges);
      }
    }
    return merges;
  }

  private void addMerge(String line, int index, PairMerges merges) {
    int space = line.indexOf(' ');
    if (space < 1 || space != line.lastIndexOf(' ') || space == line.length() - 1) {
      throw badMerge(index, "\"%s\" is not two tokens with one space between".formatted(line));
    }
    String left = line.substring(0, space);
    String right = line.substring(space + 1);
    for (String token : List.of(left, right, left + right)) {
      if (vocabulary.id(token) < 0) {
        throw badMerge(index, "\"%s\" is not in %s".formatted(token, vocabularyFile));
      }
    }
    long pair = PairMerges.key(vocabulary.id(left), vocabulary.id(right));
    merges.add(pair, index, vocabulary.id(left + right));
  }

  private UserProblem badMerge(int index, String what) {
    return UserProblem.failure(
        "%s, line %d: %s; copy merges.txt and vocab.json of one model"
            .formatted(mergesFile, index + 1, what));
  }
}
