package io.winnow.model.nn;

import java.nio.FloatBuffer;
import java.util.Set;

/** Named float tensors of a checkpoint, whatever file they lie in and whatever type they have. */
public interface WeightSource {
  /** Names of all tensors. */
  Set<String> names();

  /** Whether there is a tensor of this name. */
  boolean has(String name);

  /** Shape of the tensor of this name. */
  long[] shape(String name);

  /** Writes the tensor's values, widened to float and row-major, at the target's position. */
  void read(String name, FloatBuffer target);

  /**
   * Writes the tensor's values from number {@code from} on, until the target is full. Unless a
   * source does better, it reads all of the tensor for it.
   */
  default void read(String name, long from, FloatBuffer target) {
    long size = 1;
    for (long extent : shape(name)) {
      size *= extent;
    }
    FloatBuffer all = FloatBuffer.allocate(Math.toIntExact(size));
    read(name, all);
    target.put(all.flip().slice(Math.toIntExact(from), target.remaining()));
  }
}
