package io.winnow.model.arch;

import io.winnow.model.compute.Backend;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.Parameter;
import java.util.List;

/** What the networks of all families are over: named parameters and places, one thread's memory. */
abstract class WiredNetwork implements Network, HiddenStates {
  private final Architecture architecture;
  private final Compute compute;
  private final Parameters parameters;

  /** Both are this network's own, and closed with it. */
  WiredNetwork(Architecture architecture, Compute compute, Parameters parameters) {
    this.architecture = architecture;
    this.compute = compute;
    this.parameters = parameters;
  }

  /** Parameters and places by name, to wire layers of. */
  final Parameters named() {
    return parameters;
  }

  final void clearGradients() {
    parameters.clearGradients();
  }

  @Override
  public final Architecture architecture() {
    return architecture;
  }

  @Override
  public final Backend backend() {
    return compute.backend();
  }

  @Override
  public final AdapterSlot slot(String path) {
    return parameters.slot(path);
  }

  @Override
  public final List<AdapterSlot> slots() {
    return parameters.slots();
  }

  @Override
  public final Parameter parameter(String name) {
    return parameters.parameter(name);
  }

  @Override
  public final List<Parameter> parameters() {
    return parameters.all();
  }

  @Override
  public void close() {
    parameters.close();
    compute.workspace().close();
  }
}
