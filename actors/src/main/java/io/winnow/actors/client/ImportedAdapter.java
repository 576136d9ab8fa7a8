package io.winnow.actors.client;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.NearestName;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A PEFT adapter in the form that sweeps over its base take: every head with omega 1 and the scale
 * of its file.
 *
 * @param trainable heads and tensors that the adapter has
 * @param parameters their values
 */
public record ImportedAdapter(TrainableSpec trainable, List<LayerParameters> parameters) {
  public ImportedAdapter {
    parameters = List.copyOf(parameters);
  }

  /**
   * An adapter on the model that it was made for.
   *
   * @throws UserProblem if the model has no such modules, or they have another shape
   */
  public static ImportedAdapter of(PeftAdapter adapter, Architecture model) {
    return new Reader(adapter, model).read();
  }

  private static final class Reader {
    private final PeftAdapter adapter;
    private final Architecture model;
    private final List<LayerSpec> specs = new ArrayList<>();
    private final List<LayerParameters> values = new ArrayList<>();

    Reader(PeftAdapter adapter, Architecture model) {
      this.adapter = adapter;
      this.model = model;
    }

    ImportedAdapter read() {
      Set<String> linears =
          model.linears().stream().map(LinearSite::path).collect(Collectors.toSet());
      requireKnown(adapter.modules().keySet(), linears);
      requireKnown(adapter.saved().keySet(), model.headParameters());
      for (int block = 0; block < model.blocks(); block++) {
        add(new LayerId(block, model.blockName(block)), block);
      }
      add(new LayerId(model.blocks(), LayerId.HEAD), LinearSite.HEAD);
      return new ImportedAdapter(new TrainableSpec(specs), values);
    }

    private static void requireKnown(Set<String> given, Collection<String> known) {
      for (String name : given) {
        if (!known.contains(name)) {
          throw UserProblem.failure(
              "the adapter has '%s', which has no place in this model%s"
                  .formatted(name, NearestName.hint(name, new TreeSet<>(known))));
        }
      }
    }

    private void add(LayerId id, int block) {
      List<AdapterSpec> heads = heads(block);
      List<TensorSpec> tensors = block == LinearSite.HEAD ? tensors() : List.of();
      if (!heads.isEmpty() || !tensors.isEmpty()) {
        specs.add(new LayerSpec(id, heads, tensors));
        values.add(
            new LayerParameters(
                id,
                heads.stream().map(this::state).toList(),
                tensors.stream().map(this::state).toList()));
      }
    }

    private List<AdapterSpec> heads(int block) {
      List<AdapterSpec> heads = new ArrayList<>();
      List<LinearSite> sites = model.linears();
      for (int i = 0; i < sites.size(); i++) {
        LinearSite site = sites.get(i);
        PeftAdapter.Module module = adapter.modules().get(site.path());
        if (module != null && site.block() == block) {
          requireShape(
              site.path(),
              List.of(module.in(), module.out()).toString(),
              List.of(site.in(), site.out()).toString());
          heads.add(
              new AdapterSpec(
                  new AdapterId(i, site.path()),
                  site.in(),
                  site.out(),
                  module.rank(),
                  module.scale()));
        }
      }
      return heads;
    }

    private List<TensorSpec> tensors() {
      List<TensorSpec> tensors = new ArrayList<>();
      for (ParameterSite site : model.parameters()) {
        PeftAdapter.Saved saved = adapter.saved().get(site.name());
        if (saved != null) {
          requireShape(site.name(), saved.shape().toString(), site.shape().toString());
          tensors.add(new TensorSpec(site.name(), site.shape(), false));
        }
      }
      return tensors;
    }

    private static void requireShape(String name, String given, String expected) {
      if (!given.equals(expected)) {
        throw UserProblem.failure(
            "the adapter has %s with shape %s, this model has it with %s"
                .formatted(name, given, expected));
      }
    }

    private AdapterState state(AdapterSpec spec) {
      PeftAdapter.Module module = adapter.modules().get(spec.id().module());
      return new AdapterState(spec.id(), module.rank(), module.a(), module.b(), 1f);
    }

    private TensorState state(TensorSpec spec) {
      return new TensorState(spec.name(), adapter.saved().get(spec.name()).values());
    }
  }
}
