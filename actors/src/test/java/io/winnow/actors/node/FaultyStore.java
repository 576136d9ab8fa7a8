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

/**
 * A store that is full, or away, for the keys that a test names. Unless a test wants them it takes
 * no hand-offs either: a layer that is stopped is then as lost as one that died.
 */
final class FaultyStore implements CheckpointStore {
  /** Which saves fail, and which saves and loads find nobody. */
  static final class Full {
    private volatile Predicate<Key> isFull = key -> false;
    private volatile Predicate<Key> isAway = key -> false;
    private volatile boolean takesHandOffs;
    private volatile boolean keepsHandOffs;

    void awayWhen(Predicate<Key> condition) {
      isAway = condition;
    }

    void when(Predicate<Key> condition) {
      isFull = condition;
    }

    /** From now on layers are moved without loss. */
    void takeHandOffs() {
      takesHandOffs = true;
    }

    /** From now on layers that are stopped are lost. */
    void refuseHandOffs() {
      takesHandOffs = false;
    }

    /** Hand-offs that were taken up cannot be deleted. */
    void keepHandOffs() {
      keepsHandOffs = true;
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

  @Override
  public CompletionStage<Done> handOff(Slot slot, byte[] blob) {
    return full.takesHandOffs
        ? real.handOff(slot, blob)
        : CompletableFuture.failedFuture(new IOException("a test lets this layer be lost"));
  }

  @Override
  public CompletionStage<Optional<byte[]>> handedOff(Slot slot) {
    return real.handedOff(slot);
  }

  @Override
  public CompletionStage<Done> deleteHandOff(Slot slot) {
    return full.keepsHandOffs
        ? CompletableFuture.failedFuture(new IOException("a test keeps this hand-off"))
        : real.deleteHandOff(slot);
  }
}
