package io.winnow.model.io;

import com.fasterxml.jackson.databind.JsonNode;
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
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.nn.LinearSite;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A made-up model folder, and made-up heads on it. */
record SmallFolder(Path path, JsonNode config, TaskHead head) {
  static final int RANK = 3;
  static final float SCALE = 1.5f;

  /** How the weights lie in the files. */
  record Layout(DType dtype, UnaryOperator<String> rename, boolean withHead) {
    static Layout full() {
      return new Layout(DType.F32, name -> name, true);
    }

    static Layout of(DType dtype) {
      return new Layout(dtype, name -> name, true);
    }

    /** Without task head and without the prefix of the base, as a pretrained encoder. */
    static Layout bare(String prefix) {
      return new Layout(DType.F32, name -> name.replace(prefix, ""), false);
    }
  }

  static SmallFolder write(Path path, JsonNode config, TaskHead head, Layout layout) {
    try (FrozenBase base = FrozenBase.random(config, new HeadInit(head, 11))) {
      Files.createDirectories(path);
      Files.writeString(path.resolve("config.json"), config.toString());
      writer(base, layout).writeFile(path.resolve("model.safetensors"));
      return new SmallFolder(path, config, head);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SafeTensorsWriter writer(FrozenBase base, Layout layout) {
    SafeTensorsWriter writer = new SafeTensorsWriter().metadata("format", "pt");
    for (ParameterSite site : base.architecture().parameters()) {
      if (layout.withHead() || site.block() != LinearSite.HEAD) {
        String name = layout.rename().apply(site.name());
        float[] values = base.values(site.name());
        long[] shape = site.shape().stream().mapToLong(Integer::longValue).toArray();
        writer.streamed(
            name,
            layout.dtype(),
            shape,
            out -> new FloatChannel(out, layout.dtype(), name).write(values, values.length));
      }
    }
    return writer.longs("extra.position_ids", new long[] {0, 1, 2}, 3);
  }

  Architecture architecture() {
    return Architecture.of(config, head);
  }

  /** Heads on all linear layers of the blocks but the first, the second masked; a trained head. */
  Learned learned() {
    Architecture architecture = architecture();
    List<LayerSpec> specs = new ArrayList<>();
    List<LayerParameters> values = new ArrayList<>();
    for (int block = 0; block < architecture.blocks(); block++) {
      LayerId id = new LayerId(block, architecture.blockName(block));
      specs.add(new LayerSpec(id, heads(architecture, block), List.of()));
    }
    specs.add(
        new LayerSpec(
            new LayerId(architecture.blocks(), LayerId.HEAD), List.of(), tensors(architecture)));
    for (LayerSpec spec : specs) {
      values.add(
          new LayerParameters(
              spec.id(),
              spec.adapters().stream().filter(a -> a.id().index() != 0).map(a -> state(a)).toList(),
              spec.tensors().stream().map(t -> state(t)).toList()));
    }
    return new Learned(architecture, new TrainableSpec(specs), values, Map.of());
  }

  private static List<AdapterSpec> heads(Architecture architecture, int block) {
    List<AdapterSpec> heads = new ArrayList<>();
    for (int i = 0; i < architecture.linears().size(); i++) {
      LinearSite site = architecture.linears().get(i);
      if (site.block() == block) {
        var id = new AdapterId(i, site.path());
        heads.add(new AdapterSpec(id, site.in(), site.out(), RANK, SCALE));
      }
    }
    return heads;
  }

  private static List<TensorSpec> tensors(Architecture architecture) {
    return architecture.parameters().stream()
        .filter(site -> site.block() == LinearSite.HEAD)
        .map(site -> new TensorSpec(site.name(), site.shape(), false))
        .toList();
  }

  private static AdapterState state(AdapterSpec spec) {
    long key = CounterHash.word(spec.id().module());
    float omega = spec.id().index() == 1 ? 0f : 0.5f + CounterHash.uniform(key + 2, 0);
    return new AdapterState(
        spec.id(), RANK, values(key, RANK * spec.in()), values(key + 1, RANK * spec.out()), omega);
  }

  private static TensorState state(TensorSpec spec) {
    return new TensorState(spec.name(), values(CounterHash.word(spec.name()), spec.size()));
  }

  private static float[] values(long key, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 0.4f * CounterHash.uniform(key, i) - 0.2f;
    }
    return values;
  }
}
