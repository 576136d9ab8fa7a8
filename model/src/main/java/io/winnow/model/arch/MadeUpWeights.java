package io.winnow.model.arch;

import io.winnow.model.compute.CounterHash;
import io.winnow.model.nn.WeightSource;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Weights of a given shape without a file: uniform with the spread of an initialised model. */
final class MadeUpWeights implements WeightSource {
  private static final Pattern NORM =
      Pattern.compile(".*norm(_embedding)?\\.weight", Pattern.CASE_INSENSITIVE);

  private final Map<String, ParameterSite> sites = new LinkedHashMap<>();
  private final float bound;
  private final long seed;

  MadeUpWeights(Architecture architecture, long seed) {
    architecture.parameters().forEach(site -> sites.put(site.name(), site));
    this.bound = (float) Math.sqrt(3) * architecture.initializerRange();
    this.seed = seed;
  }

  @Override
  public Set<String> names() {
    return sites.keySet();
  }

  @Override
  public boolean has(String name) {
    return sites.containsKey(name);
  }

  @Override
  public long[] shape(String name) {
    return sites.get(name).shape().stream().mapToLong(Integer::longValue).toArray();
  }

  @Override
  public void read(String name, FloatBuffer target) {
    read(name, 0, target);
  }

  @Override
  public void read(String name, long from, FloatBuffer target) {
    long key = CounterHash.key(seed, CounterHash.word(name));
    float center = NORM.matcher(name).matches() ? 1f : 0f;
    int size = target.remaining();
    for (int i = 0; i < size; i++) {
      target.put(center + bound * (2f * CounterHash.uniform(key, from + i) - 1f));
    }
  }
}
