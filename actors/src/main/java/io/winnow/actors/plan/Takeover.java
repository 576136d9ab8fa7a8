package io.winnow.actors.plan;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.config.RunConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run takes over of the adapter that it begins with, and what begins anew.
 *
 * @param taken heads that begin with the adapter's values
 * @param fresh heads that the adapter lacks
 * @param tensors trained in full that begin with the adapter's values
 * @param freshTensors trained in full that the adapter lacks
 */
public record Takeover(
    List<Head> taken,
    List<AdapterSpec> fresh,
    List<TensorSpec> tensors,
    List<TensorSpec> freshTensors) {
  public Takeover {
    taken = List.copyOf(taken);
    fresh = List.copyOf(fresh);
    tensors = List.copyOf(tensors);
    freshTensors = List.copyOf(freshTensors);
  }

  /** A head with the rank and scale of the adapter, and its first omega. */
  public record Head(AdapterSpec spec, float omega) {}

  /**
   * What a run that has {@code method.start-from} takes over.
   *
   * @throws io.winnow.model.compute.UserProblem if the adapter does not fit
   */
  public static Takeover of(RunConfig config) {
    StartingPoint start = StartingPoint.of(config);
    if (start == null) {
      throw new IllegalStateException("run " + config.name() + " has no method.start-from");
    }
    TrainableSpec trainable =
        PlanCheck.trainable(config, TaskEncoding.head(config, TaskEncoding.labels(config)));
    List<Head> taken = new ArrayList<>();
    List<AdapterSpec> fresh = new ArrayList<>();
    for (AdapterSpec head : trainable.adapters()) {
      if (start.has(head)) {
        taken.add(new Head(head, start.omega(head)));
      } else {
        fresh.add(head);
      }
    }
    List<TensorSpec> tensors =
        trainable.layers().stream().flatMap(layer -> layer.tensors().stream()).toList();
    return new Takeover(
        taken,
        fresh,
        tensors.stream().filter(t -> start.values(t) != null).toList(),
        tensors.stream().filter(t -> start.values(t) == null).toList());
  }
}
