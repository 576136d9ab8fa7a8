package io.winnow.model.adapter;

import io.winnow.model.compute.Bf16;
import java.util.List;

/**
 * What gradients and parameters are rounded to before they are sent, also where both sides are in
 * one JVM: what is computed with does not depend on who computes where. Omega and its gradient,
 * which decide what is selected, are never rounded.
 */
public enum WireType {
  /** As they are. */
  F32,
  /** To the nearest bfloat16, ties to even: half the bytes. */
  BF16;

  /** A gradient as it arrives. */
  public LayerGradient sent(LayerGradient gradient) {
    if (this == F32) {
      return gradient;
    }
    List<AdapterGradient> adapters =
        gradient.adapters().stream()
            .map(
                g ->
                    new AdapterGradient(
                        g.id(), Bf16.rounded(g.dA()), Bf16.rounded(g.dB()), g.dOmega()))
            .toList();
    return new LayerGradient(gradient.layer(), adapters, rounded(gradient.tensors()));
  }

  /** Parameters as they arrive. */
  public LayerParameters sent(LayerParameters parameters) {
    if (this == F32) {
      return parameters;
    }
    List<AdapterState> adapters =
        parameters.adapters().stream()
            .map(
                a ->
                    new AdapterState(
                        a.id(), a.rank(), Bf16.rounded(a.a()), Bf16.rounded(a.b()), a.omega()))
            .toList();
    return new LayerParameters(parameters.layer(), adapters, rounded(parameters.tensors()));
  }

  private static List<TensorState> rounded(List<TensorState> tensors) {
    return tensors.stream().map(t -> new TensorState(t.name(), Bf16.rounded(t.values()))).toList();
  }

  /**
   * Whether an array travels as halves: where that loses nothing, and it is not just zeros, of
   * which every run has some before its first steps.
   */
  public static boolean isHalves(float[] values) {
    boolean isZero = true;
    for (float value : values) {
      if (!Bf16.is(value)) {
        return false;
      }
      isZero &= value == 0f;
    }
    return !isZero;
  }

  /** Bytes of an array on the wire: two a value of halves, else four. */
  static long bytes(float[] values) {
    return (long) values.length * (isHalves(values) ? Short.BYTES : Float.BYTES);
  }
}
