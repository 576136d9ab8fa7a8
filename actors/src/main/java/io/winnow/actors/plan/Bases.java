package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.actors.weights.WeightsShelf;
import io.winnow.actors.weights.WeightsSource;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.Storage;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.ModelFolder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frozen bases of this JVM, one copy each however many workers and runs use it; runs that
 * differ by their seed share all that the folder has. A base is loaded by who asks first; the
 * others wait for it. Bases stay until the node closes: what uses them (workers, planning) comes
 * and goes with every attempt.
 */
public final class Bases implements WeightsShelf, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Bases.class);

  /**
   * What decides a base: the folder or the made-up shape, its head, the head's seed, the dropout
   * that takes the place of config.json's (null = none), and how its matrices are held.
   */
  public record Key(
      String folder, TaskHead head, long seed, @Nullable Float dropout, Storage storage) {
    /** The base that these options ask for. */
    public Key(String folder, TaskHead head, long seed, ModelOptions options) {
      this(folder, head, seed, options.dropout(), options.storage());
    }

    private Key in(Path other) {
      return new Key(other.toString(), head, seed, dropout, storage);
    }
  }

  /** A key without its seed: bases of one body differ only by what the folder lacks. */
  private record Body(String folder, TaskHead head, @Nullable Float dropout, Storage storage) {}

  private final Map<Body, FrozenBase> bodies = new HashMap<>();
  private final Map<Key, FrozenBase> drawn = new HashMap<>();
  private final Map<String, Path> folders = new ConcurrentHashMap<>(); // by fingerprint
  private final UnaryOperator<String> places;
  private final @Nullable WeightsSource elsewhere;

  /** Bases from the folders that run.confs name. */
  public Bases() {
    this(UnaryOperator.identity(), null);
  }

  /**
   * Bases of a host where models may lie elsewhere.
   *
   * @param places from the folder in a run.conf to the folder here
   * @param elsewhere where weights that this host lacks come from; null = nowhere
   */
  public Bases(UnaryOperator<String> places, @Nullable WeightsSource elsewhere) {
    this.places = places;
    this.elsewhere = elsewhere;
  }

  /** The base of a key, loaded if need be. Blocks. */
  public synchronized FrozenBase get(Key key) {
    return drawn.computeIfAbsent(key, this::make);
  }

  /**
   * The base of a key with this fingerprint: that of its folder, or where it has another one or
   * none, and if this host may, of weights that another node has. Blocks, for long where weights
   * are fetched.
   */
  public FrozenBase get(Key key, String fingerprint) {
    if (elsewhere == null || fingerprint.isEmpty() || MadeUpShape.isName(key.folder())) {
      return get(key);
    }
    FrozenBase here = found(key);
    if (here != null && here.fingerprint().equals(fingerprint)) {
      return here;
    }
    return get(key.in(elsewhere.fetch(fingerprint, draft -> holds(draft, key, fingerprint))));
  }

  private @Nullable FrozenBase found(Key key) {
    try {
      return get(key);
    } catch (UserProblem lacking) {
      LOG.info("event=weights-lacking reason=\"{}\"", lacking.getMessage());
      return null;
    }
  }

  private static boolean holds(Path folder, Key key, String fingerprint) {
    Body body = new Body(folder.toString(), key.head(), key.dropout(), key.storage());
    try (FrozenBase base = load(folder, body, key.seed())) {
      return base.fingerprint().equals(fingerprint);
    } catch (UserProblem damaged) {
      LOG.warn("event=weights-damaged reason=\"{}\"", damaged.getMessage());
      return false;
    }
  }

  /** Weights that are made up follow from the seed as a whole: nothing is shared. */
  private FrozenBase make(Key key) {
    if (MadeUpShape.isName(key.folder())) {
      HeadInit head = new HeadInit(key.head(), key.seed());
      return FrozenBase.random(MadeUpShape.named(key.folder()).config(), head, key.storage());
    }
    Body body = new Body(key.folder(), key.head(), key.dropout(), key.storage());
    return bodies.computeIfAbsent(body, b -> load(b, key.seed())).drawnBy(key.seed());
  }

  /** A run's configuration with the model's folder as it is here. */
  RunConfig here(RunConfig run) {
    Path path = Path.of(places.apply(run.model().path().toString()));
    return path.equals(run.model().path()) ? run : run.withModel(path);
  }

  private FrozenBase load(Body body, long seed) {
    Path folder = Path.of(places.apply(body.folder()));
    FrozenBase base = load(folder, body, seed);
    folders.put(base.fingerprint(), folder);
    return base;
  }

  @Override
  public Optional<Path> folder(String fingerprint) {
    return Optional.ofNullable(folders.get(fingerprint));
  }

  private static FrozenBase load(Path place, Body body, long seed) {
    try (ModelFolder folder = ModelFolder.open(place)) {
      JsonNode config = withDropout(folder.config(), body.dropout());
      return FrozenBase.load(config, folder, new HeadInit(body.head(), seed), body.storage());
    }
  }

  private static JsonNode withDropout(JsonNode config, @Nullable Float dropout) {
    if (dropout == null) {
      return config;
    }
    ObjectNode changed = config.deepCopy();
    changed.put("hidden_dropout_prob", dropout).put("attention_probs_dropout_prob", dropout);
    return changed;
  }

  /** Bytes of all tensors that are in memory. */
  public synchronized long bytes() {
    return Stream.concat(bodies.values().stream(), drawn.values().stream())
        .mapToLong(FrozenBase::ownBytes)
        .sum();
  }

  @Override
  public synchronized void close() {
    drawn.values().forEach(FrozenBase::close);
    drawn.clear();
    bodies.values().forEach(FrozenBase::close);
    bodies.clear();
  }
}
