package io.winnow.model.train;

import io.winnow.model.compute.CounterHash;

/**
 * The purposes for which a run draws random numbers. Every draw is a pure function of (seed,
 * purpose, where, index); two purposes never share a stream.
 */
public enum Randomness {
  ADAPTER_INIT,
  ADAPTER_RESTART,
  RANDOM_HEADS,
  RANK_EXPANSION,
  SAMPLER,
  TENSOR_INIT;

  /** The stream of this purpose at a place, for example a head's index or an epoch. */
  public long key(long seed, long... where) {
    long key = CounterHash.key(seed, CounterHash.word(name()));
    for (long word : where) {
      key = CounterHash.with(key, word);
    }
    return key;
  }
}
