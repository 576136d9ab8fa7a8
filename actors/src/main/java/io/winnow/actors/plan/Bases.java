package io.winnow.actors.plan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.ModelOptions;
import io.winnow.model.arch.Storage;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.ModelFolder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The frozen bases of this JVM, one copy each however many workers and runs use it. A base is
 * loaded by who asks first; the others wait for it. Bases stay until the node closes: what uses
 * them (workers, planning) comes and goes with every attempt.
 */
public final class Bases implements AutoCloseable {
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
  }

  private final Map<Key, FrozenBase> loaded = new HashMap<>();
  private final UnaryOperator<String> places;

  /** Bases from the folders that run.confs name. */
  public Bases() {
    this(UnaryOperator.identity());
  }

  /**
   * Bases of a host where models may lie elsewhere.
   *
   * @param places from the folder in a run.conf to the folder here
   */
  public Bases(UnaryOperator<String> places) {
    this.places = places;
  }

  /** The base of a key, loaded if need be. Blocks. */
  public synchronized FrozenBase get(Key key) {
    return loaded.computeIfAbsent(key, this::load);
  }

  /** A run's configuration with the model's folder as it is here. */
  RunConfig here(RunConfig run) {
    Path path = Path.of(places.apply(run.model().path().toString()));
    return path.equals(run.model().path()) ? run : run.withModel(path);
  }

  private FrozenBase load(Key key) {
    HeadInit head = new HeadInit(key.head(), key.seed());
    if (MadeUpShape.isName(key.folder())) {
      return FrozenBase.random(MadeUpShape.named(key.folder()).config(), head);
    }
    try (ModelFolder folder = ModelFolder.open(Path.of(places.apply(key.folder())))) {
      return FrozenBase.load(withDropout(folder.config(), key.dropout()), folder, head);
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

  @Override
  public synchronized void close() {
    loaded.values().forEach(FrozenBase::close);
    loaded.clear();
  }
}
