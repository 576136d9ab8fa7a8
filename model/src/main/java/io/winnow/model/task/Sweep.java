package io.winnow.model.task;

import static io.winnow.model.task.SweepResult.Outcome.CANCELLED;
import static io.winnow.model.task.SweepResult.Outcome.COMPLETED;

import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Decoding;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.Network;
import io.winnow.model.arch.NetworkSettings;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.Matrix;
import io.winnow.model.generate.Cache;
import io.winnow.model.generate.UncachedDecoding;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Pass;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The sweeps of one compute thread: it owns the scratch memory and this thread's copy of the
 * trained values, and shares the frozen base. Not thread-safe; the result of a sweep depends on the
 * bound values, the batch and the key alone, to the bit.
 */
public final class Sweep implements AutoCloseable {
  private static final long PURPOSE = CounterHash.word("sweep");

  private final Network network;
  private final List<LayerSpec> backwards;

  private Sweep(Network network, TrainableSpec spec) {
    this.network = network;
    this.backwards = new ArrayList<>(spec.layers());
    Collections.reverse(backwards);
    backwards.forEach(this::prepare);
  }

  /** Sweeps over a base; no head is bound yet, trained tensors start with the base's values. */
  public static Sweep create(FrozenBase base, TrainableSpec spec, SweepSettings settings) {
    var network =
        base.network(
            new NetworkSettings(
                settings.backend().create(),
                settings.adapterDropout(),
                settings.baseDropout(),
                settings.activations()));
    return new Sweep(network, spec);
  }

  private void prepare(LayerSpec layer) {
    for (AdapterSpec adapter : layer.adapters()) {
      LinearSite site = network.slot(adapter.id().module()).site();
      if (site.in() != adapter.in() || site.out() != adapter.out()) {
        throw new IllegalStateException(adapter + " does not fit " + site);
      }
    }
    for (TensorSpec tensor : layer.tensors()) {
      network.parameter(tensor.name()).train();
    }
  }

  /** Takes a layer's current values. Heads that are absent from it are pruned: freed here. */
  public void bind(LayerParameters values) {
    LayerSpec layer = layer(values.layer().name());
    Map<String, AdapterState> live =
        values.adapters().stream()
            .collect(Collectors.toMap(state -> state.id().module(), state -> state));
    for (AdapterSpec adapter : layer.adapters()) {
      AdapterSlot slot = network.slot(adapter.id().module());
      AdapterState state = live.get(adapter.id().module());
      if (state == null) {
        slot.unbind();
      } else {
        slot.bind(
            new AdapterSlot.Values(
                state.rank(), adapter.scale(), state.omega(), state.a(), state.b()));
      }
    }
    for (TensorState tensor : values.tensors()) {
      network.parameter(tensor.name()).set(tensor.values());
    }
  }

  private LayerSpec layer(String name) {
    return backwards.stream()
        .filter(layer -> layer.id().name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no layer '" + name + "' in this run"));
  }

  /**
   * Forward sweep, loss, backward sweep. {@code onLayerDone} gets each layer's gradient, in fresh
   * arrays, as soon as it is complete: the head first, then the blocks downwards; layers without
   * live heads or tensors hand over nothing. A loss that is not finite is reported like any other,
   * and its gradients are handed over too.
   *
   * @param normaliser number of targets of the whole optimizer step
   * @param cancelled asked between layers; once true the sweep ends as {@code CANCELLED}
   */
  public SweepResult train(
      Batch batch,
      SweepKey key,
      double normaliser,
      Consumer<LayerGradient> onLayerDone,
      BooleanSupplier cancelled) {
    var before = cost();
    long random = CounterHash.key(key.seed(), PURPOSE, key.step(), key.microBatch());
    if (!network.forward(batch.tokens(), new Pass(Pass.Mode.TRAIN, random, cancelled))) {
      return new SweepResult(CANCELLED, Double.NaN, 0, cost().since(before));
    }
    Matrix logits = network.logits();
    double[] losses = Loss.toGradient(network.backend(), logits, batch.targets(), normaliser);
    var progress = new LayerProgress(network, backwards);
    boolean completed =
        network.backward(
            logits,
            block -> progress.completedBy(block).forEach(l -> onLayerDone.accept(gradient(l))));
    return new SweepResult(
        completed ? COMPLETED : CANCELLED,
        sum(losses) / normaliser,
        count(batch.mask()),
        cost().since(before));
  }

  private SweepResult.Cost cost() {
    var counter = network.backend().products();
    return new SweepResult.Cost(counter.products(), counter.operations());
  }

  private LayerGradient gradient(LayerSpec layer) {
    var heads = new ArrayList<AdapterGradient>();
    for (AdapterSpec adapter : layer.adapters()) {
      AdapterSlot slot = network.slot(adapter.id().module());
      if (slot.isBound()) {
        AdapterSlot.Gradient g = slot.gradient();
        heads.add(new AdapterGradient(adapter.id(), g.a(), g.b(), g.omega()));
      }
    }
    var tensors = new ArrayList<TensorState>();
    for (TensorSpec tensor : layer.tensors()) {
      float[] g = network.parameter(tensor.name()).gradient().toArray();
      tensors.add(new TensorState(tensor.name(), g));
    }
    return new LayerGradient(layer.id(), heads, tensors);
  }

  /** Outputs and loss without dropout; nothing is kept for a backward sweep. */
  public Evaluation evaluate(Batch batch) {
    network.forward(batch.tokens(), Pass.of(Pass.Mode.EVALUATE, 0));
    Matrix logits = network.logits();
    if (batch.targets() instanceof Targets.Next next) {
      double[] losses = Loss.toGradient(network.backend(), logits, next, 1);
      return new Evaluation(byExample(batch, next, losses), sum(losses));
    }
    float[] outputs = logits.toArray();
    return new Evaluation(
        outputs, sum(Loss.toGradient(network.backend(), logits, batch.targets(), 1)));
  }

  /** Sum of losses and number of targets of each example. */
  private static float[] byExample(Batch batch, Targets.Next next, double[] losses) {
    double[] sums = new double[2 * batch.examples()];
    int length = next.ids().length / batch.examples();
    int[] rows = next.rows();
    for (int i = 0; i < rows.length; i++) {
      int example = rows[i] / length;
      sums[2 * example] += losses[i];
      sums[2 * example + 1] += next.ids()[rows[i]] < 0 ? 0 : 1;
    }
    float[] outputs = new float[sums.length];
    for (int i = 0; i < sums.length; i++) {
      outputs[i] = (float) sums[i];
    }
    return outputs;
  }

  private static double sum(double[] losses) {
    double sum = 0;
    for (double loss : losses) {
      sum += loss;
    }
    return sum;
  }

  /** Token by token generation with the bound heads; closed by the caller, before this. */
  public Decoding decoding(Cache cache) {
    Decoding decoding = network.decoding();
    if (cache == Cache.ON) {
      return decoding;
    }
    int longest = decoding.longest();
    decoding.close();
    return new UncachedDecoding(network, longest);
  }

  private static int count(int[] mask) {
    int tokens = 0;
    for (int m : mask) {
      tokens += m == 0 ? 0 : 1;
    }
    return tokens;
  }

  @Override
  public void close() {
    network.close();
  }
}
