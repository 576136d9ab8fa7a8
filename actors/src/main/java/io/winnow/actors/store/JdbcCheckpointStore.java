package io.winnow.actors.store;

import akka.Done;
import akka.actor.typed.ActorSystem;
import akka.persistence.jdbc.state.javadsl.JdbcDurableStateStore;
import akka.persistence.state.DurableStateStoreRegistry;
import akka.persistence.state.javadsl.GetObjectResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Checkpoints in the durable-state table of akka-persistence-jdbc, in the workspace's database. */
public final class JdbcCheckpointStore implements CheckpointStore {
  private static final long ONLY_REVISION = 1;
  private static final String NO_TAG = "";

  private final JdbcDurableStateStore<Blob> table;

  public JdbcCheckpointStore(ActorSystem<?> system) {
    this.table = open(system);
  }

  @SuppressWarnings("unchecked")
  private static JdbcDurableStateStore<Blob> open(ActorSystem<?> system) {
    return (JdbcDurableStateStore<Blob>)
        DurableStateStoreRegistry.get(system)
            .getDurableStateStoreFor(
                JdbcDurableStateStore.class, JdbcDurableStateStore.Identifier());
  }

  @Override
  public CompletionStage<Done> save(Key key, byte[] blob) {
    return table
        .upsertObject(key.persistenceId(), ONLY_REVISION, new Blob(blob), NO_TAG)
        .exceptionallyCompose(refused -> whereStored(key, refused));
  }

  /** Whoever saves again what is there already (its answer was lost) has saved it. */
  private CompletionStage<Done> whereStored(Key key, Throwable refused) {
    return load(key)
        .thenCompose(
            found ->
                found.isPresent()
                    ? CompletableFuture.completedFuture(Done.getInstance())
                    : CompletableFuture.failedFuture(refused));
  }

  @Override
  public CompletionStage<Optional<byte[]>> load(Key key) {
    return load(key.persistenceId());
  }

  private CompletionStage<Optional<byte[]>> load(String id) {
    return table
        .getObject(id)
        .thenApply(GetObjectResult::value)
        .thenApply(value -> value.map(Blob::bytes));
  }

  @Override
  public CompletionStage<Done> delete(List<Key> keys) {
    CompletableFuture<?>[] deletions =
        keys.stream()
            .map(
                key -> table.deleteObject(key.persistenceId(), ONLY_REVISION).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(deletions).thenApply(nothing -> Done.getInstance());
  }

  @Override
  public CompletionStage<Done> handOff(Slot slot, byte[] blob) {
    return deleteHandOff(slot)
        .thenCompose(
            deleted ->
                table.upsertObject(slot.persistenceId(), ONLY_REVISION, new Blob(blob), NO_TAG));
  }

  @Override
  public CompletionStage<Optional<byte[]>> handedOff(Slot slot) {
    return load(slot.persistenceId());
  }

  @Override
  public CompletionStage<Done> deleteHandOff(Slot slot) {
    return table.deleteObject(slot.persistenceId(), ONLY_REVISION);
  }
}
