package io.winnow.actors.run;

import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of an attempt: the rows that no counted one has yet, and the one under way. At
 * most one is under way; its layers save while steps are computed. Confined to the step loop.
 */
final class Checkpointing {
  private final LoopContext loop;
  private final List<MetricsRow> rows = new ArrayList<>();
  private @Nullable Saving saving;
  private boolean bestIsUnsaved;
  private boolean isWanted;
  private long lastSaved;
  private long lastSavedNanos = System.nanoTime();

  Checkpointing(LoopContext loop) {
    this.loop = loop;
    this.lastSaved = loop.attempt().progress().version();
  }

  void add(MetricsRow row) {
    rows.add(row);
  }

  /** The evaluation at this version is the best: its parameters must be kept. */
  void bestFound() {
    bestIsUnsaved = true;
  }

  boolean isUnderWay() {
    return saving != null;
  }

  /** Somebody wants one now. */
  void wanted() {
    isWanted = true;
  }

  /** Whether layers are saving this version. */
  boolean isSaving(long version) {
    return saving != null && saving.version() == version && saving.phase() == Saving.Phase.SAVING;
  }

  /** While layers save a version, no later one may be applied. */
  boolean holdsBackSteps() {
    return saving != null && saving.holdsBackSteps();
  }

  /** Whether there is something to count, and it is time or it must be now. */
  boolean isDue(Steering steering, Progress progress, boolean mustBeNow) {
    boolean isTime =
        steering
            .checkpoints()
            .isDue(
                progress.version() - lastSaved,
                Duration.ofNanos(System.nanoTime() - lastSavedNanos));
    return (mustBeNow || bestIsUnsaved || isWanted || isTime) && !rows.isEmpty();
  }

  /** Begins one at this progress, unless another one is under way; false then. */
  boolean begin(Progress progress) {
    if (saving != null) {
      return false;
    }
    saving = Saving.named(progress, rows);
    rows.clear();
    bestIsUnsaved = false;
    isWanted = false;
    lastSaved = progress.version();
    lastSavedNanos = System.nanoTime();
    loop.report(new StepLoopReport.WantsCheckpoint(loop.number(), saving.version()));
    return true;
  }

  /** Its name is journalled; false if it is not the one under way. */
  boolean mayBeSaved(long version) {
    if (saving == null || saving.version() != version) {
      return false;
    }
    saving.begun();
    sayAgain();
    countWhenWhole();
    return true;
  }

  /** A layer saved; false if that is no news. */
  boolean saved(LayerReply.Saved saved) {
    boolean isAwaited = isSaving(saved.version());
    if (isAwaited) {
      saving.saved(saved.layer(), saved.bytes());
      countWhenWhole();
    }
    return isAwaited;
  }

  private void countWhenWhole() {
    if (saving.phase() == Saving.Phase.COUNTING) {
      loop.report(
          new StepLoopReport.CheckpointWhole(
              loop.number(), saving.progress(), saving.rows(), saving.bytes()));
    }
  }

  /** It counts; false if it is not the one under way. */
  boolean counted(long version) {
    if (saving == null || saving.version() != version) {
      return false;
    }
    loop.tell(new RunEvent.CheckpointDone(loop.run(), version, saving.bytes()));
    saving = null;
    return true;
  }

  /** Tells the layers that have not saved yet. */
  void sayAgain() {
    awaiting().forEach(this::sendSave);
  }

  /** Tells this layer, if it has not saved yet. */
  void sayAgain(String layer) {
    boolean isSaving = saving != null && saving.phase() == Saving.Phase.SAVING;
    if (isSaving && saving.isAwaiting(layer)) {
      sendSave(layer);
    }
  }

  private Collection<String> awaiting() {
    boolean isSaving = saving != null && saving.phase() == Saving.Phase.SAVING;
    return isSaving ? saving.awaiting() : List.of();
  }

  private void sendSave(String layer) {
    loop.toLayer(layer, new LayerCommand.Save(loop.run(), loop.number(), saving.version()));
  }
}
