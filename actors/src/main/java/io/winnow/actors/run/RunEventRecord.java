package io.winnow.actors.run;

import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunSummary;
import java.util.List;

/**
 * What happened to a run, as journalled. Steps are not events: what they did is in the checkpoints.
 * Stored as JSON under the record's name and a version ({@link RunJournalSerializer}).
 */
public sealed interface RunEventRecord {
  /** The run exists, with this resolved run.conf. */
  record Submitted(String config) implements RunEventRecord {}

  /** An attempt number is taken; it begins at this checkpoint. */
  record AttemptTaken(long attempt, CheckpointId from, String reason) implements RunEventRecord {}

  /** What the run began with. */
  record FingerprintsTaken(Fingerprints fingerprints) implements RunEventRecord {}

  /** Layers may write blobs under this name from now on. */
  record CheckpointNamed(CheckpointId checkpoint) implements RunEventRecord {}

  /** The checkpoint is whole and counts. Rows are those since the last counted one. */
  record CheckpointCounted(CheckpointId checkpoint, Progress progress, List<MetricsRow> rows)
      implements RunEventRecord {
    public CheckpointCounted {
      rows = List.copyOf(rows);
    }
  }

  /** A setting changes from this step on. */
  record SettingChanged(long step, SettingChange change) implements RunEventRecord {}

  /**
   * The run goes on with this resolved run.conf.
   *
   * @param settings the changed settings that still hold, all of them
   */
  record Reconfigured(String config, List<Steering.Journalled> settings) implements RunEventRecord {
    public Reconfigured {
      settings = List.copyOf(settings);
    }
  }

  /** The run stands still. */
  record Paused(long version, String reason) implements RunEventRecord {}

  /** A person let it go on. */
  record Resumed() implements RunEventRecord {}

  /** The last step is counted. */
  record Finished(RunSummary summary) implements RunEventRecord {}

  /** The run is gone; its blobs are being deleted. */
  record Removed() implements RunEventRecord {}
}
