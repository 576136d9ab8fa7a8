package io.winnow.actors.client;

import io.winnow.actors.plan.AdapterFit;
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
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.nn.LinearSite;
import java.util.ArrayList;
import java.util.List;

/**
 * An adapter folder in the form that sweeps over its base take: every head with the omega and the
 * scale of its file.
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
      List<UserProblem> problems = AdapterFit.problems(adapter, model);
      if (problems.size() == 1) {
        throw problems.get(0);
      } else if (!problems.isEmpty()) {
        throw UserProblem.of("the adapter does not fit", problems);
      }
      for (int block = 0; block < model.blocks(); block++) {
        add(new LayerId(block, model.blockName(block)), block);
      }
      add(new LayerId(model.blocks(), LayerId.HEAD), LinearSite.HEAD);
      return new ImportedAdapter(new TrainableSpec(specs), values);
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
          tensors.add(new TensorSpec(site.name(), site.shape(), false));
        }
      }
      return tensors;
    }

    private AdapterState state(AdapterSpec spec) {
      PeftAdapter.Module module = adapter.modules().get(spec.id().module());
      return new AdapterState(spec.id(), module.rank(), module.a(), module.b(), module.omega());
    }

    private TensorState state(TensorSpec spec) {
      return new TensorState(spec.name(), adapter.saved().get(spec.name()).values());
    }
  }
}
