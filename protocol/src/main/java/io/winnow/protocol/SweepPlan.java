package io.winnow.protocol;

import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.adapter.WireType;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.TaskHead;

/**
 * What a worker needs to sweep for a run: the frozen base's folder, what is trained, and the head.
 *
 * @param modelFolder absolute path of the Hugging Face folder, or {@code shape:NAME} for made-up
 *     weights of a known shape (bench)
 * @param options how the base is held and computed
 * @param wire what gradients are rounded to
 * @param base fingerprint that the base must have; empty = that of the first worker
 */
public record SweepPlan(
    String modelFolder,
    ModelOptions options,
    TrainableSpec trainable,
    float adapterDropout,
    TaskHead head,
    long seed,
    WireType wire,
    String base) {
  /** A plan that rounds nothing, over whatever base is in the folder. */
  public SweepPlan(
      String modelFolder,
      ModelOptions options,
      TrainableSpec trainable,
      float adapterDropout,
      TaskHead head,
      long seed) {
    this(modelFolder, options, trainable, adapterDropout, head, seed, WireType.F32, "");
  }

  /** The same plan for a run that trains over this base. */
  public SweepPlan training(WireType type, String fingerprint) {
    return new SweepPlan(
        modelFolder, options, trainable, adapterDropout, head, seed, type, fingerprint);
  }
}
