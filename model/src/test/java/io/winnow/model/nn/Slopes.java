package io.winnow.model.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CounterHash;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Named arguments of a function in double, and its gradients by central differences. */
final class Slopes {
  private static final double STEP = 1e-4;

  /** Central differences are off by about STEP^2 = 1e-8; sums of a few dozen floats by 1e-6. */
  private static final double TOLERANCE = 2e-5;

  private final Map<String, double[]> arguments = new LinkedHashMap<>();

  /** Adds so many values between -1/2 and 1/2, times {@code factor}. */
  float[] add(String name, int size, double factor) {
    float[] values = new float[size];
    double[] copy = new double[size];
    long key = CounterHash.word(name);
    for (int i = 0; i < size; i++) {
      values[i] = (float) (factor * (CounterHash.uniform(key, i) - 0.5));
      copy[i] = values[i];
    }
    arguments.put(name, copy);
    return values;
  }

  double[] get(String name) {
    return arguments.get(name);
  }

  /** Checks a gradient of {@code loss} in the argument of this name. */
  void check(String name, float[] gradient, ToDoubleFunction<Slopes> loss) {
    double[] at = arguments.get(name);
    assertThat(gradient).as(name).hasSize(at.length);
    for (int i = 0; i < at.length; i++) {
      double kept = at[i];
      at[i] = kept + STEP;
      double above = loss.applyAsDouble(this);
      at[i] = kept - STEP;
      double slope = (above - loss.applyAsDouble(this)) / (2 * STEP);
      at[i] = kept;
      assertThat((double) gradient[i]).as("%s[%d]", name, i).isCloseTo(slope, within(TOLERANCE));
    }
  }
}
