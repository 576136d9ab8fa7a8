package io.winnow.actors.layer;

import akka.Done;
import io.winnow.actors.store.CheckpointStore;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A store in memory that can be full, or hold its answers back until it is let go. */
final class HeldStore implements CheckpointStore {
  final Map<Key, byte[]> blobs = new ConcurrentHashMap<>();
  final ConcurrentLinkedQueue<Key> saves = new ConcurrentLinkedQueue<>();
  final Map<Slot, byte[]> handOffs = new ConcurrentHashMap<>();
  volatile boolean isFull;
  volatile CompletableFuture<Done> gate = CompletableFuture.completedFuture(Done.getInstance());
  volatile CompletableFuture<Done> handOffGate =
      CompletableFuture.completedFuture(Done.getInstance());

  void hold() {
    gate = new CompletableFuture<>();
  }

  void letGo() {
    gate.complete(Done.getInstance());
  }

  @Override
  public CompletionStage<Done> save(Key key, byte[] blob) {
    saves.add(key);
    if (isFull) {
      return CompletableFuture.failedFuture(new IOException("No space left on device"));
    }
    return gate.thenApply(
        done -> {
          blobs.put(key, blob);
          return done;
        });
  }

  @Override
  public CompletionStage<Optional<byte[]>> load(Key key) {
    return gate.thenApply(done -> Optional.ofNullable(blobs.get(key)));
  }

  @Override
  public CompletionStage<Done> delete(List<Key> keys) {
    keys.forEach(blobs::remove);
    return CompletableFuture.completedFuture(Done.getInstance());
  }

  @Override
  public CompletionStage<Done> handOff(Slot slot, byte[] blob) {
    if (isFull) {
      return CompletableFuture.failedFuture(new IOException("No space left on device"));
    }
    return gate.thenApply(
        done -> {
          handOffs.put(slot, blob);
          return done;
        });
  }

  @Override
  public CompletionStage<Optional<byte[]>> handedOff(Slot slot) {
    return handOffGate.thenApply(done -> Optional.ofNullable(handOffs.get(slot)));
  }

  @Override
  public CompletionStage<Done> deleteHandOff(Slot slot) {
    handOffs.remove(slot);
    return CompletableFuture.completedFuture(Done.getInstance());
  }
}
