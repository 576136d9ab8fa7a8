package io.winnow.actors.node;

import akka.Done;
import io.winnow.actors.store.CheckpointStore;
import java.io.IOException;
import java.net.ConnectException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** A store that is full, or away, for the keys that a test names. */
final class FaultyStore implements CheckpointStore {
  /** Which saves fail, and which saves and loads find nobody. */
  static final class Full {
    private volatile Predicate<Key> isFull = key -> false;
    private volatile Predicate<Key> isAway = key -> false;

    void awayWhen(Predicate<Key> condition) {
      isAway = condition;
    }

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
    if (full.isAway.test(key)) {
      return away();
    }
    return full.isFull.test(key)
        ? CompletableFuture.failedFuture(new IOException("No space left on device"))
        : real.save(key, blob);
  }

  private static <T> CompletionStage<T> away() {
    return CompletableFuture.failedFuture(
        new SQLTransientConnectionException(
            "no connection within 30 s", new ConnectException("Connection refused")));
  }

  @Override
  public CompletionStage<Optional<byte[]>> load(Key key) {
    return full.isAway.test(key) ? away() : real.load(key);
  }

  @Override
  public CompletionStage<Done> delete(List<Key> keys) {
    return real.delete(keys);
  }
}
