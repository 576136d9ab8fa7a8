package io.winnow.actors.run;

import io.winnow.model.adapter.LayerParameters;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.LayerCommand;
import io.winnow.protocol.LayerReply;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The layers of an attempt and what each owes: to be restored, to apply what was decided, to report
 * that a step's gradients are in. Asks again for what is owed, and counts who does not answer.
 * Confined to the step loop.
 */
final class Layers {
  /** Deadlines in a row in which a layer may leave a question unanswered; then it is lost. */
  private static final int MAX_UNANSWERED = 5;

  private final LoopContext loop;
  private final Heads heads;
  private final Set<String> unrestored = new HashSet<>();
  private final Set<String> unapplied = new HashSet<>();
  private final Map<String, Integer> unanswered = new HashMap<>();
  private @Nullable StepDecision applying;

  Layers(LoopContext loop, Heads heads) {
    this.loop = loop;
    this.heads = heads;
  }

  // ------------------------------------------------------------------ restoring

  void restore(List<String> layers) {
    unrestored.addAll(layers);
    restoreAgain();
  }

  /** Tells those that are not restored yet. */
  void restoreAgain() {
    unrestored.forEach(this::sendRestore);
  }

  boolean areRestored() {
    return unrestored.isEmpty();
  }

  boolean isRestoring(String layer) {
    return unrestored.contains(layer);
  }

  /** A layer is restored; false if that is no news. */
  boolean restored(LayerReply.Restored restored) {
    boolean isNews = unrestored.remove(restored.layer());
    if (isNews) {
      heads.restored(restored);
    }
    return isNews;
  }

  private void sendRestore(String layer) {
    LayerPlan plan =
        loop.plan().layers().stream()
            .filter(p -> p.spec().id().name().equals(layer))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no plan for layer " + layer));
    loop.toLayer(
        layer,
        new LayerCommand.Restore(
            loop.run(),
            loop.number(),
            plan,
            loop.attempt().from(),
            initial(plan),
            loop.plan().config().pace().staleness()));
  }

  private LayerParameters initial(LayerPlan plan) {
    LayerParameters nothing = new LayerParameters(plan.spec().id(), List.of(), List.of());
    return loop.attempt().from().equals(CheckpointId.START)
        ? loop.plan().initial().stream()
            .filter(values -> values.layer().equals(plan.spec().id()))
            .findFirst()
            .orElse(nothing)
        : nothing;
  }

  // ------------------------------------------------------------------ applying

  /** Tells these layers what was decided; the step before is applied everywhere. */
  void apply(StepDecision decision, List<String> layers) {
    applying = decision;
    unapplied.addAll(layers);
    unapplied.forEach(this::sendApply);
    heads.decided(decision);
  }

  boolean haveApplied() {
    return unapplied.isEmpty();
  }

  /** A layer applied a step; false if that is not the one that was decided last. */
  boolean applied(LayerReply.Applied applied) {
    boolean isLast = applying != null && applying.step() == applied.step();
    if (isLast) {
      unapplied.remove(applied.layer());
      heads.sized(applied.layer(), applied.size());
    }
    return isLast;
  }

  private void sendApply(String layer) {
    loop.toLayer(
        layer, new LayerCommand.Apply(loop.run(), loop.number(), heads.part(applying, layer)));
  }

  // ------------------------------------------------------------------ asking again

  /** The layer answered something. */
  void heard(String layer) {
    unanswered.remove(layer);
  }

  /** Whether the run cannot do without the layer that says it holds nothing. */
  boolean isLost(String layer, Progress progress) {
    boolean isNeeded = progress.liveLayers().contains(layer) || unapplied.contains(layer);
    return isNeeded && !unrestored.contains(layer);
  }

  /** What was lost while a layer moved is asked for at once, not after a deadline. */
  void takenUp(LayerReply.TakenUp taken, Progress progress, OpenSteps open) {
    String layer = taken.layer();
    heard(layer);
    if (unrestored.contains(layer)) {
      sendRestore(layer);
      return;
    }
    if (taken.version() < held(layer, progress)) { // an old one, unless this is late
      sendQuery(layer, progress, progress.version() + 1, 0);
      return;
    }
    if (unapplied.contains(layer)) {
      sendApply(layer);
    }
    if (progress.liveLayers().contains(layer)) {
      ask(layer, progress, open);
    }
  }

  /** Every layer that owes something is told again. */
  void askAgain(Progress progress, OpenSteps open) {
    restoreAgain();
    unapplied.forEach(this::sendApply);
    askable(progress).forEach(layer -> ask(layer, progress, open));
  }

  /**
   * A deadline passed: whoever owes something, and is asked again now, answers or is lost.
   *
   * @return a layer that has not answered for too long
   */
  Optional<String> expectAnswers(Progress progress, OpenSteps open) {
    Set<String> owing = new HashSet<>(unrestored);
    owing.addAll(unapplied);
    askable(progress).stream().filter(layer -> !open.hasReportedFirst(layer)).forEach(owing::add);
    owing.forEach(layer -> unanswered.merge(layer, 1, Integer::sum));
    return owing.stream().filter(layer -> unanswered.get(layer) > MAX_UNANSWERED).findFirst();
  }

  /** Why a layer that did not answer is taken for lost. */
  static String silence(String layer) {
    return "layer " + layer + " did not answer " + MAX_UNANSWERED + " times in a row";
  }

  /**
   * Layers that should hold the version that was decided last. They are asked between steps too:
   * one that died and was brought back by a late Restore holds an old version, and nobody else
   * would ever find out (docs/protocol).
   */
  private List<String> askable(Progress progress) {
    return unrestored.isEmpty()
        ? progress.liveLayers().stream().filter(layer -> !unapplied.contains(layer)).toList()
        : List.of();
  }

  /** Asks for all open steps that it has not reported, or for the one that would come next. */
  private void ask(String layer, Progress progress, OpenSteps open) {
    if (open.isEmpty()) {
      sendQuery(layer, progress, progress.version() + 1, 0);
    }
    open.all()
        .filter(step -> !step.hasReported(layer))
        .forEach(step -> sendQuery(layer, progress, step.number(), step.board().size()));
  }

  private void sendQuery(String layer, Progress progress, long step, int microBatches) {
    loop.toLayer(
        layer,
        new LayerCommand.Query(
            loop.run(), loop.number(), held(layer, progress), step, microBatches));
  }

  /** The version that a layer must hold at least. */
  private long held(String layer, Progress progress) {
    return progress.version() - (unapplied.contains(layer) ? 1 : 0);
  }
}
