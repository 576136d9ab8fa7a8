package io.winnow.actors.plan;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.AdapterState;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.arch.Architecture;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.PeftAdapter;
import io.winnow.model.nn.LinearSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The adapter whose values a run begins with ({@code method.start-from}). A head of the run that it
 * has takes its rank, scale, A, B and omega; what it lacks begins as without it. Where omega does
 * not move, a head with omega 0 would never train, and does nothing: it begins anew, which computes
 * the same.
 */
public final class StartingPoint {
  private static final String SETTING = "method.start-from";

  /** Names that a message lists. */
  private static final int SHOWN = 3;

  private final Path folder;
  private final PeftAdapter adapter;
  private final Map<String, PeftAdapter.Module> heads = new TreeMap<>();

  private StartingPoint(Path folder, boolean omegaMoves) {
    this.folder = folder;
    this.adapter = PeftAdapter.read(folder);
    adapter
        .modules()
        .forEach(
            (path, module) -> {
              if (omegaMoves || module.omega() != 0f) {
                heads.put(path, module.withoutDeadRanks());
              }
            });
  }

  /** What a run begins with; null where all begins anew. Reads the folder. */
  static @Nullable StartingPoint of(RunConfig config) {
    Path folder = config.method().startFrom();
    return folder == null ? null : new StartingPoint(folder, config.method().name().movesOmega());
  }

  /** Fingerprint of the adapter that a run begins with; empty without one. */
  public static String fingerprint(RunConfig config) {
    StartingPoint start = of(config);
    return start == null ? "" : start.adapter.fingerprint();
  }

  /** Why a run cannot begin with its adapter, one message each; empty = it can, or has none. */
  static List<UserProblem> problems(RunConfig config, Architecture model) {
    return config.method().startFrom() == null
        ? List.of()
        : caught(
            () -> {
              StartingPoint start = of(config);
              return start.problems(config, model, TrainableSpecs.targets(model, config));
            });
  }

  private static List<UserProblem> caught(Supplier<List<UserProblem>> check) {
    try {
      return check.get();
    } catch (UserProblem problem) {
      return List.of(problem);
    }
  }

  /** The same, for the modules that get heads. */
  List<UserProblem> problems(RunConfig config, Architecture model, List<LinearSite> targets) {
    List<UserProblem> problems = new ArrayList<>(AdapterFit.problems(adapter, model));
    if (problems.isEmpty()) {
      problems.addAll(uncovered(config, model, targets));
    }
    if (!config.method().trainHead() && !adapter.saved().isEmpty()) {
      problems.add(
          UserProblem.usage(
              "the adapter brings %s, but with method.train-head = false the run would compute with the base's own; set method.train-head = true"
                  .formatted(String.join(", ", adapter.saved().keySet()))));
    }
    return problems.stream().map(this::named).toList();
  }

  private UserProblem named(UserProblem problem) {
    String message = SETTING + ": " + folder + ": " + problem.getMessage();
    return problem.exitCode() == 2
        ? UserProblem.usage(message)
        : UserProblem.failure(message, problem);
  }

  private List<UserProblem> uncovered(
      RunConfig config, Architecture model, List<LinearSite> targets) {
    List<String> missing = new ArrayList<>(adapter.modules().keySet());
    targets.forEach(site -> missing.remove(site.path()));
    List<UserProblem> problems = new ArrayList<>();
    List<String> inFull =
        missing.stream()
            .filter(path -> config.method().trainHead())
            .filter(path -> model.headParameters().contains(path + ".weight"))
            .toList();
    missing.removeAll(inFull);
    if (!inFull.isEmpty()) {
      problems.add(
          UserProblem.usage(
              "the adapter has a head on %s, which method.train-head = true trains in full; set it to false, or fold the adapter into its base (winnow merge) and begin from that"
                  .formatted(String.join(", ", inFull))));
    }
    if (!missing.isEmpty()) {
      problems.add(leftOut(missing, config.method().layers().isEmpty()));
    }
    return problems;
  }

  private UserProblem leftOut(List<String> missing, boolean isEveryLayer) {
    TreeSet<String> names = new TreeSet<>();
    adapter
        .modules()
        .keySet()
        .forEach(path -> names.add(path.substring(path.lastIndexOf('.') + 1)));
    return UserProblem.usage(
        "the adapter has %d heads that method.target-modules%s leaves out (%s%s); all of them have a place with method.target-modules = [%s]%s"
            .formatted(
                missing.size(),
                isEveryLayer ? "" : " with method.layers",
                missing.stream().limit(SHOWN).collect(Collectors.joining(", ")),
                missing.size() > SHOWN ? ", ..." : "",
                String.join(", ", names),
                isEveryLayer ? "" : " and without method.layers"));
  }

  /** A head as this adapter has it, or as it would begin anew. */
  AdapterSpec spec(AdapterSpec fresh) {
    PeftAdapter.Module module = heads.get(fresh.id().module());
    return module == null
        ? fresh
        : new AdapterSpec(fresh.id(), fresh.in(), fresh.out(), module.rank(), module.scale());
  }

  /** Values of the heads of a layer that begin with this adapter. */
  List<AdapterState> heads(LayerSpec layer) {
    return layer.adapters().stream()
        .filter(spec -> heads.containsKey(spec.id().module()))
        .map(spec -> state(spec, heads.get(spec.id().module())))
        .toList();
  }

  private static AdapterState state(AdapterSpec spec, PeftAdapter.Module module) {
    return new AdapterState(spec.id(), module.rank(), module.a(), module.b(), module.omega());
  }

  /** Values of a tensor that is trained in full; null where the adapter does not have it. */
  float @Nullable [] values(TensorSpec tensor) {
    PeftAdapter.Saved saved = adapter.saved().get(tensor.name());
    return saved == null ? null : saved.values();
  }

  String fingerprint() {
    return adapter.fingerprint();
  }

  /** Whether a head of a run begins with this adapter's values. */
  boolean has(AdapterSpec head) {
    return heads.containsKey(head.id().module());
  }

  /** Omega that a head begins with. */
  float omega(AdapterSpec head) {
    return heads.get(head.id().module()).omega();
  }
}
