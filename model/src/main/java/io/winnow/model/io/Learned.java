package io.winnow.model.io;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.compute.UserProblem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was learned on a base.
 *
 * @param architecture the base with the head of the task
 * @param trainable all heads and tensors that were trained, dropped ones too
 * @param parameters their values, of the live ones
 * @param fresh values of task head tensors that neither were trained nor lie in the base's files:
 *     what {@link io.winnow.model.arch.FrozenBase#fresh} drew for the training
 */
public record Learned(
    Architecture architecture,
    TrainableSpec trainable,
    List<LayerParameters> parameters,
    Map<String, float[]> fresh) {
  public Learned {
    parameters = List.copyOf(parameters);
    fresh = Map.copyOf(fresh);
  }

  /** A live head: its values and what B A is multiplied by. */
  record Head(AdapterState state, double factor) {}

  /** Heads that are connected, by module path. */
  Map<String, Head> heads() {
    Map<String, AdapterSpec> specs = new HashMap<>();
    trainable.adapters().forEach(spec -> specs.put(spec.id().module(), spec));
    Map<String, Head> heads = new HashMap<>();
    for (LayerParameters layer : parameters) {
      for (AdapterState state : layer.adapters()) {
        String module = state.id().module();
        if (!state.isMasked()) {
          requireFinite(module + ".lora_A", state.a());
          requireFinite(module + ".lora_B", state.b());
          requireFinite(module + ".omega", state.omega());
          heads.put(module, new Head(state, (double) state.omega() * specs.get(module).scale()));
        }
      }
    }
    return heads;
  }

  /** Tensors of the task head whose values do not come from the base's files. */
  Map<String, float[]> tensors() {
    Map<String, float[]> tensors = new HashMap<>(fresh);
    for (LayerParameters layer : parameters) {
      for (TensorState tensor : layer.tensors()) {
        requireFinite(tensor.name(), tensor.values());
        tensors.put(tensor.name(), tensor.values());
      }
    }
    return tensors;
  }

  private static void requireFinite(String name, float... values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw UserProblem.failure(
            "not merged: " + name + " holds " + value + "; go back to an earlier checkpoint");
      }
    }
  }
}
