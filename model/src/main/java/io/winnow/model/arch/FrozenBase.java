package io.winnow.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.Bf16Tensor;
import io.winnow.model.compute.CounterHash;
import io.winnow.model.compute.Gaussian;
import io.winnow.model.compute.Stored;
import io.winnow.model.compute.Tensor;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.LinearSite;
import io.winnow.model.nn.WeightSource;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The frozen weights of a model, one copy per JVM: networks of any number of compute threads read
 * them, nobody writes them. Whoever loads a base closes it, after its networks and after the bases
 * made of it by {@link #drawnBy}.
 */
public final class FrozenBase implements AutoCloseable {
  /** Values that are read at a time where they are rounded. */
  private static final int CHUNK = 1 << 20;

  private final Architecture architecture;
  private final Map<String, Stored> tensors;
  private final Set<String> drawn; // names of tensors that the source lacked
  private final Set<String> own; // names of tensors that are closed with this base
  private final String fingerprint;

  private FrozenBase(
      Architecture architecture, Map<String, Stored> tensors, Set<String> drawn, String digest) {
    this(architecture, tensors, drawn, tensors.keySet(), digest);
  }

  private FrozenBase(
      Architecture architecture,
      Map<String, Stored> tensors,
      Set<String> drawn,
      Set<String> own,
      String fingerprint) {
    this.architecture = architecture;
    this.tensors = tensors;
    this.drawn = drawn;
    this.own = own;
    this.fingerprint = fingerprint;
  }

  /** Reads a base into F32. */
  public static FrozenBase load(JsonNode config, WeightSource source, HeadInit head) {
    return load(config, source, head, Storage.F32);
  }

  /**
   * Reads a base. Tensors of the task head that the source lacks are initialised: weights from N(0,
   * initializer_range), biases 0; any other that is missing is refused by name. Stored in BF16 are
   * the matrices of the base, each rounded while it is read, never the task head.
   */
  public static FrozenBase load(
      JsonNode config, WeightSource source, HeadInit head, Storage storage) {
    var architecture = Architecture.of(config, head.head());
    var tensors = new LinkedHashMap<String, Stored>();
    var drawn = new LinkedHashSet<String>();
    var digest = new BaseDigest(architecture.description());
    try {
      for (ParameterSite site : architecture.parameters()) {
        List<String> names = namesIn(source, site, architecture);
        boolean given = !names.isEmpty();
        tensors.put(
            site.name(),
            given
                ? read(source, names.get(0), site, storage)
                : initial(site, architecture, head.seed()));
        requireSame(source, names, site);
        if (given) {
          digest.add(site.name(), tensors.get(site.name()));
        } else {
          drawn.add(site.name());
        }
      }
    } catch (RuntimeException e) {
      tensors.values().forEach(Stored::close);
      throw e;
    }
    return new FrozenBase(architecture, tensors, drawn, digest.hex());
  }

  /**
   * The same base with the tensors that its source lacked drawn by another seed, as {@link #load}
   * with that seed has it; all others are shared, so that it costs no more than those few.
   *
   * @return closed by the caller, before this
   */
  public FrozenBase drawnBy(long seed) {
    var shared = new LinkedHashMap<>(tensors);
    for (ParameterSite site : architecture.parameters()) {
      if (drawn.contains(site.name())) {
        shared.put(site.name(), initial(site, architecture, seed));
      }
    }
    return new FrozenBase(architecture, shared, drawn, drawn, fingerprint);
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
    return random(config, head, Storage.F32);
  }

  /** The same in this storage. */
  public static FrozenBase random(JsonNode config, HeadInit head, Storage storage) {
    var architecture = Architecture.of(config, head.head());
    return load(config, new MadeUpWeights(architecture, head.seed()), head, storage);
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

  /** Copies of a tensor must hold its values. */
  private static void requireSame(WeightSource source, List<String> names, ParameterSite site) {
    for (int i = 1; i < names.size(); i++) {
      requireShape(source, names.get(i), site);
      if (!isSame(source, names.get(0), names.get(i))) {
        throw UserProblem.failure(
            String.format(
                "tensors %s and %s differ; this model has one for both",
                names.get(0), names.get(i)));
      }
    }
  }

  private static boolean isSame(WeightSource source, String one, String other) {
    long size = Arrays.stream(source.shape(one)).reduce(1, Math::multiplyExact);
    for (int from = 0; from < size; from += CHUNK) {
      int count = (int) Math.min(CHUNK, size - from);
      float[] expected = new float[count];
      float[] found = new float[count];
      source.read(one, from, FloatBuffer.wrap(expected));
      source.read(other, from, FloatBuffer.wrap(found));
      if (!Arrays.equals(expected, found)) {
        return false;
      }
    }
    return true;
  }

  private static Stored read(
      WeightSource source, String name, ParameterSite site, Storage storage) {
    requireShape(source, name, site);
    boolean isMatrix = site.shape().size() == 2 && !isOptional(site);
    if (storage == Storage.BF16 && isMatrix) {
      return readRounded(source, name, site);
    }
    Tensor tensor = Tensor.zeros(site.extents());
    try {
      source.read(name, tensor.buffer());
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
    return tensor;
  }

  /** Chunk by chunk: the floats of the whole are never in memory. */
  private static Bf16Tensor readRounded(WeightSource source, String name, ParameterSite site) {
    Bf16Tensor rounded = Bf16Tensor.zeros(site.extents());
    float[] chunk = new float[Math.min(CHUNK, rounded.size())];
    try {
      for (int from = 0; from < rounded.size(); from += CHUNK) {
        int count = Math.min(CHUNK, rounded.size() - from);
        source.read(name, from, FloatBuffer.wrap(chunk, 0, count));
        rounded.write(from, chunk, count);
      }
    } catch (RuntimeException e) {
      rounded.close();
      throw e;
    }
    return rounded;
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

  private static boolean isOptional(ParameterSite site) {
    return site.block() == LinearSite.HEAD || site.block() == LinearSite.BUFFER;
  }

  /** Only what training begins with anew may be missing, and constants. */
  private static void requireOptional(ParameterSite site) {
    if (!isOptional(site)) {
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

  /** Bytes of all tensors as they are stored. */
  public long bytes() {
    return tensors.values().stream().mapToLong(Stored::bytes).sum();
  }

  /** Bytes of the tensors that it does not share with the base it was made of. */
  public long ownBytes() {
    return own.stream().mapToLong(name -> tensors.get(name).bytes()).sum();
  }

  /** A network over this base for one compute thread. */
  public Network network(NetworkSettings settings) {
    return architecture.network(this, settings);
  }

  Stored tensor(String name) {
    Stored tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalStateException("this model has no tensor " + name);
    }
    return tensor;
  }

  @Override
  public void close() {
    own.forEach(name -> tensors.get(name).close());
  }
}
