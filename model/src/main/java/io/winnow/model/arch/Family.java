package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.adapter.NearestName;
import io.winnow.model.arch.TaskHead.Kind;
import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** The model families, by the {@code model_type} in config.json, and the heads that they have. */
enum Family {
  BART(
      Bart.MODEL_TYPE,
      "Bart",
      Set.of(Kind.SEQUENCE, Kind.SPAN, Kind.LANGUAGE),
      (json, head) -> new Bart(BartConfig.of(json, head))),
  BERT(Bert.MODEL_TYPE, "Bert", Set.of(Kind.SEQUENCE, Kind.SPAN), Bert::of),
  DEBERTA_V2(DebertaV2.MODEL_TYPE, "DebertaV2", Set.of(Kind.SEQUENCE, Kind.SPAN), DebertaV2::of),
  LLAMA(
      Llama.MODEL_TYPE,
      "Llama",
      Set.of(Kind.SEQUENCE, Kind.LANGUAGE),
      (json, head) -> new Llama(LlamaConfig.of(json, head))),
  ROBERTA(Roberta.MODEL_TYPE, "Roberta", Set.of(Kind.SEQUENCE, Kind.SPAN), Roberta::of);

  private final String type;
  private final String stem;
  private final Set<Kind> heads;
  private final BiFunction<JsonNode, TaskHead, Architecture> wiring;

  Family(
      String type,
      String stem,
      Set<Kind> heads,
      BiFunction<JsonNode, TaskHead, Architecture> wiring) {
    this.type = type;
    this.stem = stem;
    this.heads = heads;
    this.wiring = wiring;
  }

  /** The family that a {@code config.json} names. */
  static Family of(JsonNode config) {
    String type = config.path("model_type").asText("");
    List<String> types = Arrays.stream(values()).map(family -> family.type).toList();
    return Arrays.stream(values())
        .filter(family -> family.type.equals(type))
        .findFirst()
        .orElseThrow(
            () ->
                UserProblem.failure(
                    String.format(
                        "config.json: model_type is '%s'; supported: %s%s",
                        type, String.join(", ", types), NearestName.hint(type, types))));
  }

  Architecture architecture(JsonNode config, TaskHead head) {
    if (!heads.contains(head.kind())) {
      throw UserProblem.failure(
          String.format(
              "config.json: model_type is '%s', which %s; supported by: %s",
              type, lacks(head.kind()), having(head.kind())));
    }
    return wiring.apply(config, head);
  }

  String transformersClass(Kind kind) {
    return stem
        + switch (kind) {
          case SEQUENCE -> "ForSequenceClassification";
          case SPAN -> "ForQuestionAnswering";
          case LANGUAGE -> this == BART ? "ForConditionalGeneration" : "ForCausalLM";
        };
  }

  private static String lacks(Kind kind) {
    return switch (kind) {
      case SEQUENCE -> "cannot classify";
      case SPAN -> "has no head for question answering by spans of the context";
      case LANGUAGE -> "does not generate text";
    };
  }

  private static String having(Kind kind) {
    return Arrays.stream(values())
        .filter(family -> family.heads.contains(kind))
        .map(family -> family.type)
        .collect(Collectors.joining(", "));
  }
}
