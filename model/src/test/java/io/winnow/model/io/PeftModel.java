package io.winnow.model.io;

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
import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.Golden;
import io.winnow.model.arch.Network;
import io.winnow.model.arch.NetworkSettings;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.BackendKind;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A golden base behind one of PEFT's task types; its inputs are the golden ones. */
record PeftModel(String name, Golden golden, TaskHead head, String taskType) {
  private static final int RANK = 4;
  private static final float SCALE = 2f;

  /** A case with the head that it has, or another one that its files lack. */
  static PeftModel of(String folder, String taskType) {
    Golden golden = Golden.open(Golden.root().resolve(folder));
    TaskHead own = golden.head();
    boolean isOther = taskType.equals("SEQ_CLS") && own.kind() == TaskHead.Kind.LANGUAGE;
    TaskHead head = isOther ? TaskHead.sequence(3) : own;
    return new PeftModel(folder + "-" + taskType, golden, head, taskType);
  }

  @Override
  public String toString() {
    return name;
  }

  Architecture architecture() {
    return Architecture.of(golden.config(), head);
  }

  /**
   * What two computations in float32 may differ by: 1e-5, or what the golden logits are off from
   * float64 where that is more.
   */
  float tolerance() {
    return (float) Math.max(1e-5, golden.deviation("lora_case", "logits"));
  }

  /**
   * The golden inputs. A sequence head on a language model looks for the last end token or for the
   * first padding: there every row ends with the one, and the other is nowhere else.
   */
  Tokens tokens() {
    try (SafeTensors inputs = golden.file("base_case")) {
      Tokens given = Golden.tokens(inputs, null);
      if (head.equals(golden.head())) {
        return given;
      }
      int[] ids = given.ids().clone();
      for (int i = 0; i < ids.length; i++) {
        boolean isLast = (i + 1) % given.length() == 0 || given.mask()[i + 1] == 0;
        ids[i] = given.mask()[i] == 0 ? padding() : isLast ? end() : other(ids[i]);
      }
      return new Tokens(
          given.examples(),
          given.length(),
          ids,
          given.mask(),
          given.types(),
          given.decoder(),
          null);
    }
  }

  int padding() {
    return golden.config().path("pad_token_id").asInt(0);
  }

  private int end() {
    return golden.config().path("eos_token_id").asInt(3);
  }

  private int other(int id) {
    return id == end() || id == padding() ? 4 : id;
  }

  /** What the model says with an adapter that was read from a folder. */
  float[] logits(PeftAdapter adapter) {
    List<TensorState> tensors = new ArrayList<>();
    adapter.saved().forEach((tensor, saved) -> tensors.add(state(tensor, saved)));
    Map<String, AdapterSlot.Values> heads =
        adapter.modules().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> values(entry.getValue())));
    return logits(heads, tensors);
  }

  private static TensorState state(String name, PeftAdapter.Saved saved) {
    return new TensorState(name, saved.values());
  }

  private static AdapterSlot.Values values(PeftAdapter.Module module) {
    return new AdapterSlot.Values(module.rank(), module.scale(), 1f, module.a(), module.b());
  }

  /** What it says in training, with heads whose scale and omega stand apart. */
  float[] logits(List<LayerParameters> trained) {
    Map<String, AdapterSlot.Values> heads =
        trained.stream()
            .flatMap(layer -> layer.adapters().stream())
            .collect(Collectors.toMap(state -> state.id().module(), PeftModel::values));
    return logits(heads, trained.stream().flatMap(layer -> layer.tensors().stream()).toList());
  }

  private static AdapterSlot.Values values(AdapterState state) {
    return new AdapterSlot.Values(state.rank(), SCALE, state.omega(), state.a(), state.b());
  }

  private float[] logits(Map<String, AdapterSlot.Values> heads, List<TensorState> tensors) {
    NetworkSettings settings =
        new NetworkSettings(BackendKind.CPU.create(), 0f, BaseDropout.AS_CONFIGURED);
    try (FrozenBase base = golden.base(head);
        Network network = base.network(settings)) {
      heads.forEach((module, values) -> network.slot(module).bind(values));
      for (TensorState tensor : tensors) {
        Parameter parameter = network.parameter(tensor.name());
        parameter.train();
        parameter.set(tensor.values());
      }
      network.forward(tokens(), Pass.of(Pass.Mode.EVALUATE, 0));
      return network.logits().toArray();
    }
  }

  /**
   * All linear layers of the golden case, and the tensors behind the blocks but a language head.
   */
  TrainableSpec spec() {
    List<AdapterSpec> heads = new ArrayList<>();
    List<String> adapted = golden.adapters();
    for (LinearSite site : architecture().linears()) {
      if (adapted.contains(site.path())) {
        AdapterId id = new AdapterId(heads.size(), site.path());
        heads.add(new AdapterSpec(id, site.in(), site.out(), RANK, SCALE));
      }
    }
    List<TensorSpec> tensors =
        architecture().parameters().stream()
            .filter(site -> site.block() == LinearSite.HEAD && !isLanguage())
            .map(site -> new TensorSpec(site.name(), site.shape(), true))
            .toList();
    int blocks = architecture().blocks();
    return new TrainableSpec(
        List.of(
            new LayerSpec(new LayerId(0, "blocks"), heads, List.of()),
            new LayerSpec(new LayerId(blocks, LayerId.HEAD), List.of(), tensors)));
  }

  private boolean isLanguage() {
    return head.kind() == TaskHead.Kind.LANGUAGE;
  }

  /**
   * The golden heads as a run may leave them: every fourth masked, every seventh pruned, of every
   * third the first half of its rank; all tensors trained to something else.
   */
  List<LayerParameters> trained() {
    TrainableSpec spec = spec();
    try (SafeTensors lora = golden.file("lora_case")) {
      List<AdapterState> states = new ArrayList<>();
      for (AdapterSpec head : spec.adapters()) {
        int index = head.id().index();
        if (index % 7 != 5) {
          int rank = index % 3 == 1 ? RANK / 2 : RANK;
          states.add(state(head, golden.head(lora, head.id().module()), rank));
        }
      }
      List<TensorState> tensors = new ArrayList<>();
      for (ParameterSite site : architecture().parameters()) {
        if (site.block() == LinearSite.HEAD && !isLanguage()) {
          tensors.add(new TensorState(site.name(), waves(site)));
        }
      }
      return List.of(
          new LayerParameters(spec.layers().get(0).id(), states, List.of()),
          new LayerParameters(spec.layers().get(1).id(), List.of(), tensors));
    }
  }

  private static AdapterState state(AdapterSpec head, AdapterSlot.Values golden, int rank) {
    float[] a = Arrays.copyOf(golden.a(), rank * head.in());
    float[] b = new float[head.out() * rank];
    for (int i = 0; i < b.length; i++) {
      b[i] = golden.b()[i / rank * RANK + i % rank];
    }
    float omega = head.id().index() % 4 == 3 ? 0f : golden.omega();
    return new AdapterState(head.id(), rank, a, b, omega);
  }

  private static float[] waves(ParameterSite site) {
    float[] values = new float[site.shape().stream().reduce(1, Math::multiplyExact)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.3 * StrictMath.sin(7 * i + site.name().length()));
    }
    return values;
  }
}
