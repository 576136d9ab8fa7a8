package io.winnow.model.arch;

import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.Dropout;
import io.winnow.model.nn.LayerNorm;
import io.winnow.model.nn.Linear;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.RmsNorm;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One network's parameters and places for heads by name, and the layers made of them. */
final class Parameters implements AutoCloseable {
  private final Compute compute;
  private final float adapterDropout;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, AdapterSlot> slots = new LinkedHashMap<>();

  Parameters(FrozenBase base, Compute compute, float adapterDropout) {
    this.compute = compute;
    this.adapterDropout = adapterDropout;
    for (ParameterSite site : base.architecture().parameters()) {
      if (site.block() != LinearSite.BUFFER) {
        var parameter = new Parameter(site.name(), base.tensor(site.name()), site.block());
        parameters.put(site.name(), parameter);
      }
    }
    for (LinearSite site : base.architecture().linears()) {
      slots.put(site.path(), new AdapterSlot(site));
    }
  }

  /**
   * A use of the linear layer, with a bias where the architecture has one; {@code use} tells the
   * adapter dropouts of two uses apart.
   */
  Linear linear(String path, String use) {
    Parameter bias = parameters.get(path + ".bias");
    var weights = new Linear.Weights(parameter(path + ".weight"), bias, slot(path));
    return new Linear(compute, weights, new Dropout(path + ".adapter" + use, adapterDropout));
  }

  /** The output layer, which has no bias and no place for a head; its matrix may be another's. */
  Linear output(String path, String weight) {
    int[] shape = parameter(weight).shape(); // [out, in]
    var site = new LinearSite(path, shape[1], shape[0], parameter(weight).block());
    var weights = new Linear.Weights(parameter(weight), null, new AdapterSlot(site));
    return new Linear(compute, weights, new Dropout(path + ".adapter", 0f));
  }

  RmsNorm rmsNorm(String path, float epsilon) {
    return new RmsNorm(compute, parameter(path + ".weight"), epsilon);
  }

  LayerNorm norm(String path, float epsilon) {
    return new LayerNorm(compute, parameter(path + ".weight"), parameter(path + ".bias"), epsilon);
  }

  Parameter parameter(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalStateException("this model has no parameter " + name);
    }
    return parameter;
  }

  AdapterSlot slot(String path) {
    AdapterSlot slot = slots.get(path);
    if (slot == null) {
      throw new IllegalStateException("this model has no linear layer " + path);
    }
    return slot;
  }

  List<Parameter> all() {
    return List.copyOf(parameters.values());
  }

  List<AdapterSlot> slots() {
    return List.copyOf(slots.values());
  }

  void clearGradients() {
    for (Parameter parameter : parameters.values()) {
      parameter.clearGradient(compute.backend());
    }
    for (AdapterSlot slot : slots.values()) {
      slot.clearGradient(compute.backend());
    }
  }

  @Override
  public void close() {
    slots.values().forEach(AdapterSlot::close);
    parameters.values().forEach(Parameter::close);
  }
}
