package io.winnow.actors.run;

import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunSummary;
import io.winnow.protocol.RunView;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is durable about a run, as its journal tells it.
 *
 * @param attemptsSinceCheckpoint attempts begun since a checkpoint was counted or a person resumed
 * @param counted the checkpoint that the next attempt begins at
 * @param progress the progress at that checkpoint; null before the first
 * @param best the checkpoint of the best evaluation; null = none
 * @param bestLayers layers that the best checkpoint consists of
 * @param inStore checkpoints of which blobs may lie in the store
 * @param layers layers that ever were part of a counted checkpoint
 */
public record RunState(
    RunStatus status,
    String config,
    String reason,
    long attempt,
    int attemptsSinceCheckpoint,
    CheckpointId counted,
    @Nullable CheckpointId previous,
    @Nullable CheckpointId best,
    List<String> bestLayers,
    @Nullable Progress progress,
    Set<CheckpointId> inStore,
    Set<String> layers,
    List<Steering.Journalled> settings,
    @Nullable Fingerprints fingerprints,
    @Nullable RunSummary summary) {

  /** A run that nobody has submitted. */
  public static final RunState UNKNOWN =
      new RunState(
          RunStatus.UNKNOWN,
          "",
          "",
          0,
          0,
          CheckpointId.START,
          null,
          null,
          List.of(),
          null,
          Set.of(),
          Set.of(),
          List.of(),
          null,
          null);

  public RunState {
    inStore = java.util.Collections.unmodifiableSet(new TreeSet<>(inStore));
    layers = java.util.Collections.unmodifiableSet(new TreeSet<>(layers));
    bestLayers = List.copyOf(bestLayers);
    settings = List.copyOf(settings);
  }

  /** The state after an event; total: every event has a place in every state. */
  RunState after(RunEventRecord event) {
    if (event instanceof RunEventRecord.Submitted e) {
      return new Change(UNKNOWN)
          .config(e.config())
          .status(RunStatus.RUNNING, "")
          .attempt(attempt, 0) // layers of a removed run of this name may still be there
          .state();
    } else if (event instanceof RunEventRecord.AttemptTaken e) {
      return new Change(this).attempt(e.attempt(), attemptsSinceCheckpoint + 1).state();
    } else if (event instanceof RunEventRecord.FingerprintsTaken e) {
      return new Change(this).fingerprints(e.fingerprints()).state();
    } else if (event instanceof RunEventRecord.CheckpointNamed e) {
      return new Change(this).named(e.checkpoint()).state();
    } else if (event instanceof RunEventRecord.CheckpointCounted e) {
      return new Change(this).counted(e.checkpoint(), e.progress()).attempt(attempt, 0).state();
    } else if (event instanceof RunEventRecord.SettingChanged e) {
      return new Change(this).setting(new Steering.Journalled(e.step(), e.change())).state();
    } else if (event instanceof RunEventRecord.Reconfigured e) {
      return new Change(this).config(e.config()).settings(e.settings()).state();
    } else if (event instanceof RunEventRecord.Paused e) {
      return new Change(this).status(RunStatus.PAUSED, e.reason()).state();
    } else if (event instanceof RunEventRecord.Resumed) {
      return new Change(this).status(RunStatus.RUNNING, "").attempt(attempt, 0).state();
    } else if (event instanceof RunEventRecord.Finished e) {
      return new Change(this).status(RunStatus.FINISHED, "").summary(e.summary()).state();
    } else if (event instanceof RunEventRecord.Removed) {
      return new Change(this).status(RunStatus.REMOVED, "").state();
    }
    throw new IllegalStateException("event " + event + " is unknown to this version of Winnow");
  }

  /** Whether there is such a run. */
  boolean isKnown() {
    return status.isKnown();
  }

  /** Checkpoints that must stay: the counted one, the one before, the best. */
  Set<CheckpointId> kept() {
    Set<CheckpointId> kept = new TreeSet<>();
    kept.add(counted);
    if (previous != null) {
      kept.add(previous);
    }
    if (best != null) {
      kept.add(best);
    }
    return kept;
  }

  /** Checkpoints that nobody needs, up to the counted one. */
  List<CheckpointId> forgettable() {
    Set<CheckpointId> kept = kept();
    return inStore.stream()
        .filter(id -> !kept.contains(id))
        .filter(id -> id.attempt() < attempt || id.version() < counted.version())
        .toList();
  }

  /** The run as seen from outside. */
  RunView view(RunId run) {
    return new RunView(
        run,
        status,
        reason,
        attempt,
        counted,
        best == null ? CheckpointId.START : best,
        progress == null ? List.of() : progress.liveLayers(),
        bestLayers,
        config,
        fingerprints == null ? "" : fingerprints.base(),
        fingerprints == null ? "" : fingerprints.data());
  }

  /** One event's changes; keeps the record's many components in one place. */
  private static final class Change {
    private final RunState from;
    private RunStatus status;
    private String config;
    private String reason;
    private long attempt;
    private int attempts;
    private CheckpointId counted;
    private @Nullable CheckpointId previous;
    private @Nullable CheckpointId best;
    private List<String> bestLayers;
    private @Nullable Progress progress;
    private final Set<CheckpointId> inStore;
    private final Set<String> layers;
    private final List<Steering.Journalled> settings;
    private @Nullable Fingerprints fingerprints;
    private @Nullable RunSummary summary;

    Change(RunState from) {
      this.from = from;
      this.status = from.status;
      this.config = from.config;
      this.reason = from.reason;
      this.attempt = from.attempt;
      this.attempts = from.attemptsSinceCheckpoint;
      this.counted = from.counted;
      this.previous = from.previous;
      this.best = from.best;
      this.bestLayers = from.bestLayers;
      this.progress = from.progress;
      this.inStore = new TreeSet<>(from.inStore);
      this.layers = new TreeSet<>(from.layers);
      this.settings = new ArrayList<>(from.settings);
      this.fingerprints = from.fingerprints;
      this.summary = from.summary;
    }

    Change config(String text) {
      config = text;
      return this;
    }

    Change status(RunStatus to, String why) {
      status = to;
      reason = why;
      return this;
    }

    Change attempt(long number, int sinceCheckpoint) {
      attempt = number;
      attempts = sinceCheckpoint;
      return this;
    }

    Change fingerprints(Fingerprints taken) {
      fingerprints = taken;
      return this;
    }

    Change named(CheckpointId checkpoint) {
      inStore.add(checkpoint);
      return this;
    }

    Change counted(CheckpointId checkpoint, Progress at) {
      previous = from.counted.equals(CheckpointId.START) ? null : from.counted;
      counted = checkpoint;
      progress = at;
      layers.addAll(at.liveLayers());
      if (at.bestVersion() == checkpoint.version()) {
        best = checkpoint;
        bestLayers = at.liveLayers();
      }
      Set<CheckpointId> told = new TreeSet<>(from.forgettable());
      told.removeIf(id -> id.equals(counted) || id.equals(previous) || id.equals(best));
      inStore.removeAll(told); // their deletion was asked for when the last one was counted
      return this;
    }

    Change setting(Steering.Journalled change) {
      settings.add(change);
      return this;
    }

    Change settings(List<Steering.Journalled> all) {
      settings.clear();
      settings.addAll(all);
      return this;
    }

    Change summary(RunSummary found) {
      summary = found;
      return this;
    }

    RunState state() {
      return new RunState(
          status,
          config,
          reason,
          attempt,
          attempts,
          counted,
          previous,
          best,
          bestLayers,
          progress,
          inStore,
          layers,
          settings,
          fingerprints,
          summary);
    }
  }
}
