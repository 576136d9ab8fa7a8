package io.winnow.model.task;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Runs to test sweeps with: what is trained, with which values, on which batch. */
final class Runs {
  static final int RANK = 2;

  private Runs() {}

  /** Heads on all linear layers of the blocks; pooler and classifier trained in full. */
  static TrainableSpec spec(FrozenBase base) {
    Architecture architecture = base.architecture();
    var layers = new ArrayList<LayerSpec>();
    int index = 0;
    for (int block = 0; block < architecture.blocks(); block++) {
      var heads = new ArrayList<AdapterSpec>();
      for (LinearSite site : architecture.linears()) {
        if (site.block() == block) {
          var id = new AdapterId(index++, site.path());
          heads.add(new AdapterSpec(id, site.in(), site.out(), RANK, 2f));
        }
      }
      layers.add(
          new LayerSpec(new LayerId(block, architecture.blockName(block)), heads, List.of()));
    }
    var tensors =
        architecture.headParameters().stream()
            .map(name -> new TensorSpec(name, shape(base, name), true))
            .toList();
    var head = new LayerId(architecture.blocks(), LayerId.HEAD);
    layers.add(new LayerSpec(head, List.of(), tensors));
    return new TrainableSpec(layers);
  }

  private static List<Integer> shape(FrozenBase base, String name) {
    return Arrays.stream(base.shape(name)).boxed().toList();
  }

  /** Binds the heads that are live; omega by head. */
  static void bind(
      Sweep sweep,
      TrainableSpec spec,
      Predicate<AdapterId> live,
      ToDoubleFunction<AdapterId> omega) {
    for (LayerSpec layer : spec.layers()) {
      var heads = new ArrayList<AdapterState>();
      for (AdapterSpec adapter : layer.adapters()) {
        if (live.test(adapter.id())) {
          heads.add(state(adapter, (float) omega.applyAsDouble(adapter.id())));
        }
      }
      var tensors = new ArrayList<TensorState>();
      for (TensorSpec tensor : layer.tensors()) {
        long key = CounterHash.word(tensor.name());
        tensors.add(new TensorState(tensor.name(), values(key, tensor.size())));
      }
      sweep.bind(new LayerParameters(layer.id(), heads, tensors));
    }
  }

  static AdapterState state(AdapterSpec adapter, float omega) {
    long key = CounterHash.word(adapter.id().module());
    float[] a = values(key, adapter.rank() * adapter.in());
    float[] b = values(key + 1, adapter.rank() * adapter.out());
    return new AdapterState(adapter.id(), adapter.rank(), a, b, omega);
  }

  private static float[] values(long key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 0.4f * CounterHash.uniform(key, i) - 0.2f;
    }
    return values;
  }

  /** Sequences of different lengths, right-padded. */
  static Batch batch(long key, int examples, int length, int labels) {
    int[] ids = new int[examples * length];
    int[] mask = new int[examples * length];
    int[] classes = new int[examples];
    for (int e = 0; e < examples; e++) {
      int tokens = length - (int) CounterHash.below(key, e, (length + 1) / 2);
      for (int t = 0; t < tokens; t++) {
        ids[e * length + t] = (int) CounterHash.below(key + 1, e * length + t, 50);
        mask[e * length + t] = 1;
      }
      classes[e] = (int) CounterHash.below(key + 2, e, labels);
    }
    return new Batch(examples, length, ids, mask, null, new Targets.Classes(classes));
  }
}
