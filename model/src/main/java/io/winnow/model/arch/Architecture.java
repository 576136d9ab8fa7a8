package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.LinearSite;
import java.util.List;

/** The wiring of a model family at one configuration: what it consists of, and how to run it. */
public interface Architecture {
  /** The architecture that a {@code config.json} describes, with this head. */
  static Architecture of(JsonNode config, TaskHead head) {
    String type = config.path("model_type").asText("");
    return switch (type) {
      case DebertaV2.MODEL_TYPE -> new DebertaV2(DebertaV2Config.of(config, head));
      case Llama.MODEL_TYPE -> new Llama(LlamaConfig.of(config, head));
      default ->
          throw UserProblem.failure(
              String.format(
                  "config.json: model_type is '%s'; supported: %s (DeBERTa-v3), %s (Llama 2, 3)",
                  type, DebertaV2.MODEL_TYPE, Llama.MODEL_TYPE));
    };
  }

  /** Everything of the configuration that decides results, as text for the fingerprint. */
  String description();

  /** All tensors, in model order; those of the task head have block {@link LinearSite#HEAD}. */
  List<ParameterSite> parameters();

  /** The linear layers that may carry a head, in model order. */
  List<LinearSite> linears();

  /** What the bare base model's checkpoints leave out of the names: {@code "deberta."}. */
  String basePrefix();

  /** Number of transformer blocks. */
  int blocks();

  /** Module path of block i. */
  String blockName(int i);

  /** What stands behind the blocks. */
  TaskHead head();

  /** Standard deviation that weights are initialised with. */
  float initializerRange();

  /** Names of the tensors behind the blocks: pooler and task head. */
  default List<String> headParameters() {
    return parameters().stream()
        .filter(site -> site.block() == LinearSite.HEAD)
        .map(ParameterSite::name)
        .toList();
  }

  /** A network over these frozen tensors. */
  Network network(FrozenBase base, NetworkSettings settings);
}
