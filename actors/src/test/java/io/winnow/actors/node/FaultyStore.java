package io.winnow.actors.node;

import akka.Done;
import io.winnow.actors.store.CheckpointStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A store that is full for the keys that a test names. */
final class FaultyStore implements CheckpointStore {
  /** Which saves fail. */
  static final class Full {
    private volatile Predicate<Key> isFull = key -> false;

    void when(Predicate<Key> condition) {
      isFull = condition;
    }

    CheckpointStore around(CheckpointStore real) {
      return new FaultyStore(this, real);
    }
  }

  private final Full full;
  private final CheckpointStore real;

  private FaultyStore(Full full, CheckpointStore real) {
    this.full = full;
    this.real = real;
  }

  @Override
  public CompletionStage<Done> save(Key key, byte[] blob) {
    return full.isFull.test(key)
        ? CompletableFuture.failedFuture(new IOException("No space left on device"))
        : real.save(key, blob);
  }

  @Override
  public CompletionStage<Optional<byte[]>> load(Key key) {
    return real.load(key);
  }

  @Override
  public CompletionStage<Done> delete(List<Key> keys) {
    return real.delete(keys);
  }
}
