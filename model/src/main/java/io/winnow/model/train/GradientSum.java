package io.winnow.model.train;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.TensorState;
import java.util.ArrayList;
import java.util.List;

/** Sums the micro-batches of a step in micro-batch order, so that the sum has one value. */
public final class GradientSum {
  private GradientSum() {}

  /** Sum of contributions given in micro-batch order; all have the same live heads and tensors. */
  public static LayerGradient of(List<LayerGradient> contributions) {
    LayerGradient first = contributions.get(0);
    if (contributions.size() == 1) {
      return first;
    }
    List<AdapterGradient> heads = new ArrayList<>();
    for (int i = 0; i < first.adapters().size(); i++) {
      heads.add(head(contributions, i));
    }
    List<TensorState> tensors = new ArrayList<>();
    for (int i = 0; i < first.tensors().size(); i++) {
      int index = i;
      float[] sum = sum(contributions.stream().map(c -> c.tensors().get(index).values()).toList());
      tensors.add(new TensorState(first.tensors().get(i).name(), sum));
    }
    return new LayerGradient(first.layer(), heads, tensors);
  }

  private static AdapterGradient head(List<LayerGradient> contributions, int index) {
    List<AdapterGradient> parts = contributions.stream().map(c -> c.adapters().get(index)).toList();
    float dOmega = 0;
    for (AdapterGradient part : parts) {
      dOmega += part.dOmega();
    }
    return new AdapterGradient(
        parts.get(0).id(),
        sum(parts.stream().map(AdapterGradient::dA).toList()),
        sum(parts.stream().map(AdapterGradient::dB).toList()),
        dOmega);
  }

  /** One that is empty is zero: its sweep found the head masked, where those of others did not. */
  private static float[] sum(List<float[]> parts) {
    List<float[]> some = parts.stream().filter(part -> part.length > 0).toList();
    float[] sum = some.isEmpty() ? new float[0] : some.get(0).clone();
    for (float[] part : some.subList(Math.min(1, some.size()), some.size())) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += part[i];
      }
    }
    return sum;
  }
}
