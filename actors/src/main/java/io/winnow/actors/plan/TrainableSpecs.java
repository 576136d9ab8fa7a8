package io.winnow.actors.plan;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.BlockRange;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TargetMatcher;
import io.winnow.model.adapter.TargetRule;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.train.RandomHeads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a run trains, from its configuration and the architecture; reads no weights. */
final class TrainableSpecs {
  /** A tensor that decays is a matrix; biases and norms do not (transformers' Trainer). */
  private static final String DECAYS = ".weight";

  private final Architecture architecture;
  private final RunConfig config;

  private final @Nullable StartingPoint start;

  private TrainableSpecs(
      Architecture architecture, RunConfig config, @Nullable StartingPoint start) {
    this.architecture = architecture;
    this.config = config;
    this.start = start;
  }

  /**
   * The layers of a run in forward order; those that hold nothing are left out.
   *
   * @param start what the run begins with; null = all heads begin anew
   * @throws UserProblem if the target matches nothing, K is above the number of heads, or the
   *     adapter that the run begins with does not fit
   */
  static TrainableSpec of(
      Architecture architecture, RunConfig config, @Nullable StartingPoint start) {
    return new TrainableSpecs(architecture, config, start).spec();
  }

  /** The layers that get a head, in model order; {@code rand} draws among them. */
  static List<LinearSite> targets(Architecture architecture, RunConfig config) {
    return new TrainableSpecs(architecture, config, null).targets();
  }

  private TrainableSpec spec() {
    List<LinearSite> sites = targets();
    requireFits(sites);
    requireRoomForK(sites.size());
    Set<Integer> drawn = drawn(sites.size());
    List<LayerSpec> layers = new ArrayList<>();
    for (int block = 0; block < architecture.blocks(); block++) {
      LayerId id = new LayerId(block, architecture.blockName(block));
      layers.add(new LayerSpec(id, adapters(sites, block, drawn), List.of()));
    }
    LayerId head = new LayerId(architecture.blocks(), LayerId.HEAD);
    layers.add(new LayerSpec(head, adapters(sites, LinearSite.HEAD, drawn), headTensors()));
    return new TrainableSpec(
        layers.stream().filter(l -> !l.adapters().isEmpty() || !l.tensors().isEmpty()).toList());
  }

  private List<LinearSite> targets() {
    List<String> paths = architecture.linears().stream().map(LinearSite::path).toList();
    Set<String> matched =
        new HashSet<>(TargetMatcher.match(config.method().target(), paths, trainedModules()));
    List<LinearSite> sites =
        architecture.linears().stream().filter(s -> matched.contains(s.path())).toList();
    return config.method().layers().isEmpty() ? sites : inLayers(sites);
  }

  /** Those in the chosen blocks, and those outside all blocks that a name is for alone. */
  private List<LinearSite> inLayers(List<LinearSite> sites) {
    for (BlockRange range : config.method().layers()) {
      if (range.last() >= architecture.blocks()) {
        throw UserProblem.usage(
            "method.layers: %s is not in the model, whose %d blocks are 0 (%s) to %d (%s)"
                .formatted(
                    range,
                    architecture.blocks(),
                    architecture.blockName(0),
                    architecture.blocks() - 1,
                    architecture.blockName(architecture.blocks() - 1)));
      }
    }
    List<LinearSite> chosen =
        sites.stream()
            .filter(
                site ->
                    site.block() >= 0
                        ? config.method().layers().stream().anyMatch(r -> r.contains(site.block()))
                        : isNamedAlone(site))
            .toList();
    if (chosen.isEmpty()) {
      throw UserProblem.usage(
          "method.layers: method.target-modules matches nothing in the blocks %s"
              .formatted(config.method().layers()));
    }
    return chosen;
  }

  private boolean isNamedAlone(LinearSite outside) {
    return config.method().target() instanceof TargetRule.Names names
        && names.names().stream()
            .filter(name -> TargetMatcher.isNamed(outside.path(), name))
            .anyMatch(
                name ->
                    architecture.linears().stream()
                        .noneMatch(s -> s.block() >= 0 && TargetMatcher.isNamed(s.path(), name)));
  }

  private void requireFits(List<LinearSite> sites) {
    List<UserProblem> problems =
        start == null ? List.of() : start.problems(config, architecture, sites);
    if (!problems.isEmpty()) {
      throw UserProblem.of("run.conf", problems);
    }
  }

  /** Modules that are trained in full: PEFT's modules_to_save. */
  private Set<String> trainedModules() {
    Set<String> modules = new HashSet<>();
    if (config.method().trainHead()) {
      architecture.headParameters().forEach(p -> modules.add(p.substring(0, p.lastIndexOf('.'))));
    }
    return modules;
  }

  private void requireRoomForK(int heads) {
    int keep = config.selection().keep();
    if (keep > heads) {
      throw UserProblem.usage(
          "method.keep: "
              + keep
              + " heads are to be kept, but method.target-modules gives the"
              + " model "
              + heads
              + "; set method.keep to "
              + heads
              + " or less");
    }
  }

  /** Indices of the heads that the run has at all. */
  private Set<Integer> drawn(int heads) {
    if (config.method().name() != RunConfig.Method.Name.RAND) {
      return Set.of();
    }
    return Set.copyOf(RandomHeads.draw(config.seed(), heads, config.selection().keep()));
  }

  private List<AdapterSpec> adapters(List<LinearSite> sites, int block, Set<Integer> drawn) {
    boolean all = config.method().name() != RunConfig.Method.Name.RAND;
    List<AdapterSpec> adapters = new ArrayList<>();
    float scale = config.method().scale();
    for (int i = 0; i < sites.size(); i++) {
      LinearSite site = sites.get(i);
      if (site.block() == block && (all || drawn.contains(i))) {
        AdapterSpec fresh =
            new AdapterSpec(
                new AdapterId(i, site.path()),
                site.in(),
                site.out(),
                config.method().rank(),
                scale);
        adapters.add(start == null ? fresh : start.spec(fresh));
      }
    }
    return adapters;
  }

  private List<TensorSpec> headTensors() {
    if (!config.method().trainHead()) {
      return List.of();
    }
    Set<String> names = Set.copyOf(architecture.headParameters());
    return architecture.parameters().stream()
        .filter(site -> names.contains(site.name()))
        .map(TrainableSpecs::tensor)
        .toList();
  }

  private static TensorSpec tensor(ParameterSite site) {
    return new TensorSpec(site.name(), site.shape(), site.name().endsWith(DECAYS));
  }
}
