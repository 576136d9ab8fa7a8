package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.nn.LinearSite;
import java.util.List;

/** The wiring of a model family at one configuration: what it consists of, and how to run it. */
public interface Architecture {
  /** The architecture that a {@code config.json} describes, with this head. */
  static Architecture of(JsonNode config, TaskHead head) {
    return Family.of(config).architecture(config, head);
  }

  /** The class of transformers that reads a model of this family with such a head. */
  static String transformersClass(JsonNode config, TaskHead head) {
    return Family.of(config).transformersClass(head.kind());
  }

  /** Everything of the configuration that decides results, as text for the fingerprint. */
  String description();

  /** All tensors, in model order; those of the task head have block {@link LinearSite#HEAD}. */
  List<ParameterSite> parameters();

  /** The linear layers that may carry a head, in model order. */
  List<LinearSite> linears();

  /** What the bare base model's checkpoints leave out of the names: {@code "deberta."}. */
  String basePrefix();

  /** Other names that checkpoints may hold the same tensor under, once more or instead. */
  default List<String> copiesOf(String name) {
    return List.of();
  }

  /** Number of transformer blocks. */
  int blocks();

  /** Module path of block i. */
  String blockName(int i);

  /** What stands behind the blocks. */
  TaskHead head();

  /**
   * Tokens that a sequence may have: the rows of the table of absolute positions, the positions
   * that rotary ones were trained for, {@link Integer#MAX_VALUE} where the model has neither.
   */
  default int longest() {
    return Integer.MAX_VALUE;
  }

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
