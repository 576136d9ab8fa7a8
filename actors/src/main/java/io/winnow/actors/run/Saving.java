package io.winnow.actors.run;

import io.winnow.protocol.MetricsRow;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A checkpoint on its way: its name is being journalled, then the layers save, then it is being
 * counted. Until all layers have saved, no later step may be applied; steps may be computed.
 */
record Saving(
    Phase phase, Progress progress, List<MetricsRow> rows, Set<String> awaiting, long bytes) {
  enum Phase {
    NAMING,
    SAVING,
    COUNTING
  }

  Saving {
    rows = List.copyOf(rows);
    awaiting = Set.copyOf(awaiting);
  }

  static Saving named(Progress progress, List<MetricsRow> rows) {
    return new Saving(Phase.NAMING, progress, rows, Set.copyOf(progress.liveLayers()), 0);
  }

  long version() {
    return progress.version();
  }

  boolean holdsBackSteps() {
    return phase != Phase.COUNTING;
  }

  Saving begun() {
    Phase next = awaiting.isEmpty() ? Phase.COUNTING : Phase.SAVING;
    return new Saving(next, progress, rows, awaiting, bytes);
  }

  Saving saved(String layer, long layerBytes) {
    if (!awaiting.contains(layer)) {
      return this;
    }
    Set<String> left = new HashSet<>(awaiting);
    left.remove(layer);
    Phase next = left.isEmpty() ? Phase.COUNTING : phase;
    return new Saving(next, progress, rows, left, bytes + layerBytes);
  }
}
