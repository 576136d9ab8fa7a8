package io.winnow.model.io;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.Moments;
import java.util.Arrays;

/** The tensors of a layer's blob, each with the shape that the run expects it to have. */
record StoredTensors(SafeTensors in) {
  boolean has(String name) {
    return in.has(name);
  }

  long[] shape(String name) {
    return in.shape(name);
  }

  float[] floats(String name, long... shape) {
    expectShape(name, shape);
    return in.floats(name);
  }

  long[] longs(String name, long... shape) {
    expectShape(name, shape);
    return in.longs(name);
  }

  /** {@code .m} and {@code .v} of a parameter. */
  Moments moments(String name, long steps, long... shape) {
    return new Moments(floats(name + ".m", shape), floats(name + ".v", shape), steps);
  }

  private void expectShape(String name, long... shape) {
    if (!Arrays.equals(in.shape(name), shape)) {
      throw foreign(
          in.what(),
          "tensor %s has shape %s, expected %s"
              .formatted(name, Arrays.toString(in.shape(name)), Arrays.toString(shape)));
    }
  }

  /** The blob is not what it should be. */
  static UserProblem foreign(String what, String why) {
    return UserProblem.failure(
        what + ": " + why + "; the store does not belong to this run or is damaged");
  }
}
