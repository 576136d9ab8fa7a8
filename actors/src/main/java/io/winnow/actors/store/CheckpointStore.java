package io.winnow.actors.store;

import akka.Done;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Where layers keep their checkpoints. A blob, once saved under its key, never changes; a stage
 * that completes normally survives the death of any process.
 */
public interface CheckpointStore {
  /** Names one layer's blob of one checkpoint. */
  record Key(RunId run, String layer, CheckpointId checkpoint) {
    /** What the persistence ids of all of a run's blobs begin with. */
    public static String prefix(RunId run) {
      return "layer|" + run + "|";
    }

    /** The persistence id under which the blob is stored. */
    public String persistenceId() {
      return prefix(run) + layer + "|" + checkpoint.attempt() + "|" + checkpoint.version();
    }
  }

  /** Names the one hand-off that a layer may have. */
  record Slot(RunId run, String layer) {
    /** The persistence id under which it is stored; it goes where all blobs of the run go. */
    public String persistenceId() {
      return Key.prefix(run) + layer + "|hand-off";
    }
  }

  /** Stores a blob, unless there is one under its key already; fails when the store does. */
  CompletionStage<Done> save(Key key, byte[] blob);

  /** Reads a blob; empty when there is none. */
  CompletionStage<Optional<byte[]>> load(Key key);

  /** Deletes blobs; those that are absent already do not matter. */
  CompletionStage<Done> delete(List<Key> keys);

  /** Stores a hand-off in the place of any that is there; fails when the store does. */
  CompletionStage<Done> handOff(Slot slot, byte[] blob);

  /** Reads a hand-off; empty when there is none. */
  CompletionStage<Optional<byte[]>> handedOff(Slot slot);

  /** Deletes a hand-off; that there is none does not matter. */
  CompletionStage<Done> deleteHandOff(Slot slot);
}
