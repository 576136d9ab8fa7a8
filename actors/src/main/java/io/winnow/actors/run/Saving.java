package io.winnow.actors.run;

import io.winnow.protocol.MetricsRow;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A checkpoint on its way: its name is being journalled, then the layers save, then it is being
 * counted. Until all layers have saved, no later step may be applied; steps may be computed.
 * Confined to the step loop.
 */
final class Saving {
  enum Phase {
    NAMING,
    SAVING,
    COUNTING
  }

  private final Progress progress;
  private final List<MetricsRow> rows;
  private final Set<String> awaiting;
  private Phase phase = Phase.NAMING;
  private long bytes;

  private Saving(Progress progress, List<MetricsRow> rows) {
    this.progress = progress;
    this.rows = List.copyOf(rows);
    this.awaiting = new LinkedHashSet<>(progress.liveLayers());
  }

  static Saving named(Progress progress, List<MetricsRow> rows) {
    return new Saving(progress, rows);
  }

  Phase phase() {
    return phase;
  }

  Progress progress() {
    return progress;
  }

  List<MetricsRow> rows() {
    return rows;
  }

  /** Layers that have not saved yet. */
  Collection<String> awaiting() {
    return List.copyOf(awaiting);
  }

  boolean isAwaiting(String layer) {
    return awaiting.contains(layer);
  }

  /** Bytes that were saved so far. */
  long bytes() {
    return bytes;
  }

  long version() {
    return progress.version();
  }

  boolean holdsBackSteps() {
    return phase != Phase.COUNTING;
  }

  /** Its name is journalled: layers save it now. */
  void begun() {
    phase = awaiting.isEmpty() ? Phase.COUNTING : Phase.SAVING;
  }

  /** A layer saved; once more changes nothing. */
  void saved(String layer, long layerBytes) {
    if (awaiting.remove(layer)) {
      bytes += layerBytes;
      phase = awaiting.isEmpty() ? Phase.COUNTING : phase;
    }
  }
}
