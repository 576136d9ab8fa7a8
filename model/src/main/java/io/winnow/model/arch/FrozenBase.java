package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.Gaussian;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.WeightSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The frozen weights of a model, one copy per JVM: networks of any number of compute threads read
 * them, nobody writes them. Whoever loads a base closes it, after its networks.
 */
public final class FrozenBase implements AutoCloseable {
  private final Architecture architecture;
  private final Map<String, Tensor> tensors;
  private final String fingerprint;

  private FrozenBase(Architecture architecture, Map<String, Tensor> tensors, String fingerprint) {
    this.architecture = architecture;
    this.tensors = tensors;
    this.fingerprint = fingerprint;
  }

  /**
   * Reads a base. Tensors of the task head that the source lacks are initialised: weights from N(0,
   * initializer_range), biases 0; any other that is missing is refused by name.
   */
  public static FrozenBase load(JsonNode config, WeightSource source, HeadInit head) {
    var architecture = Architecture.of(config, head.head());
    var tensors = new LinkedHashMap<String, Tensor>();
    var digest = new BaseDigest(architecture.description());
    try {
      for (ParameterSite site : architecture.parameters()) {
        List<String> names = namesIn(source, site, architecture);
        boolean given = !names.isEmpty();
        tensors.put(
            site.name(),
            given ? read(source, names, site) : initial(site, architecture, head.seed()));
        if (given) {
          digest.add(site.name(), tensors.get(site.name()));
        }
      }
    } catch (RuntimeException e) {
      tensors.values().forEach(Tensor::close);
      throw e;
    }
    return new FrozenBase(architecture, tensors, digest.hex());
  }

  /**
   * Checks that a source has all tensors of a model in their shapes; reads none.
   *
   * @throws UserProblem as {@link #load} does
   */
  public static void requireComplete(Architecture architecture, WeightSource source) {
    for (ParameterSite site : architecture.parameters()) {
      List<String> names = namesIn(source, site, architecture);
      names.forEach(name -> requireShape(source, name, site));
      if (names.isEmpty()) {
        requireOptional(site);
      }
    }
  }

  /** A base of made-up weights, of the shape that the configuration says. */
  public static FrozenBase random(JsonNode config, HeadInit head) {
    var architecture = Architecture.of(config, head.head());
    return load(config, new MadeUpWeights(architecture, head.seed()), head);
  }

  /** Names of the task head's tensors that a source lacks, in model order. */
  public static List<String> missingHead(Architecture architecture, WeightSource source) {
    return missing(architecture, source).stream().map(ParameterSite::name).toList();
  }

  /** The initial values of the {@link #missingHead} tensors, as {@link #load} draws them. */
  public static Map<String, float[]> fresh(
      Architecture architecture, WeightSource source, long seed) {
    var fresh = new LinkedHashMap<String, float[]>();
    for (ParameterSite site : missing(architecture, source)) {
      try (Tensor tensor = initial(site, architecture, seed)) {
        fresh.put(site.name(), tensor.toArray());
      }
    }
    return fresh;
  }

  private static List<ParameterSite> missing(Architecture architecture, WeightSource source) {
    return architecture.parameters().stream()
        .filter(site -> site.block() == LinearSite.HEAD)
        .filter(site -> namesIn(source, site, architecture).isEmpty())
        .toList();
  }

  /**
   * The names that the source has this tensor under: checkpoints of the bare model lack its prefix.
   */
  public static List<String> namesIn(
      WeightSource source, ParameterSite site, Architecture architecture) {
    var names = new ArrayList<>(List.of(site.name()));
    names.addAll(architecture.copiesOf(site.name()));
    for (String name : List.copyOf(names)) {
      if (name.startsWith(architecture.basePrefix())) {
        names.add(name.substring(architecture.basePrefix().length()));
      }
    }
    return names.stream().filter(source::has).toList();
  }

  private static Tensor read(WeightSource source, List<String> names, ParameterSite site) {
    Tensor tensor = read(source, names.get(0), site);
    try {
      for (String copy : names.subList(1, names.size())) {
        requireSame(source, tensor, new Copy(site, names.get(0), copy));
      }
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  private record Copy(ParameterSite site, String first, String second) {}

  private static void requireSame(WeightSource source, Tensor tensor, Copy copy) {
    try (Tensor other = read(source, copy.second(), copy.site())) {
      if (!tensor.buffer().equals(other.buffer())) {
        throw UserProblem.failure(
            String.format(
                "tensors %s and %s differ; this model has one for both",
                copy.first(), copy.second()));
      }
    }
  }

  private static Tensor read(WeightSource source, String name, ParameterSite site) {
    requireShape(source, name, site);
    Tensor tensor = Tensor.zeros(site.extents());
    source.read(name, tensor.buffer());
    return tensor;
  }

  private static void requireShape(WeightSource source, String name, ParameterSite site) {
    long[] shape = source.shape(name);
    long[] expected = site.shape().stream().mapToLong(Integer::longValue).toArray();
    if (!Arrays.equals(shape, expected)) {
      throw UserProblem.failure(
          String.format(
              "tensor %s has shape %s; config.json and the task ask for %s",
              name, Arrays.toString(shape), site.shape()));
    }
  }

  /** Only what training begins with anew may be missing, and constants. */
  private static void requireOptional(ParameterSite site) {
    if (site.block() != LinearSite.HEAD && site.block() != LinearSite.BUFFER) {
      throw UserProblem.failure(
          "tensor " + site.name() + " is missing; the model folder must hold all of the base");
    }
  }

  private static Tensor initial(ParameterSite site, Architecture architecture, long seed) {
    requireOptional(site);
    Tensor tensor = Tensor.zeros(site.extents());
    if (site.name().endsWith(".weight")) {
      long key =
          CounterHash.key(seed, CounterHash.word("head-init"), CounterHash.word(site.name()));
      tensor.set(Gaussian.sample(key, tensor.size(), architecture.initializerRange()));
    }
    return tensor;
  }

  public Architecture architecture() {
    return architecture;
  }

  /** SHA-256, in hex, of the configuration and of all tensors that were read, with their names. */
  public String fingerprint() {
    return fingerprint;
  }

  /** A copy of the values of the tensor of this name. */
  public float[] values(String name) {
    return tensor(name).toArray();
  }

  /** Shape of the tensor of this name. */
  public int[] shape(String name) {
    return tensor(name).shape();
  }

  /** Bytes of all tensors. */
  public long bytes() {
    return tensors.values().stream().mapToLong(Tensor::bytes).sum();
  }

  /** A network over this base for one compute thread. */
  public Network network(NetworkSettings settings) {
    return architecture.network(this, settings);
  }

  Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("this model has no tensor " + name);
    }
    return tensor;
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
  }
}
