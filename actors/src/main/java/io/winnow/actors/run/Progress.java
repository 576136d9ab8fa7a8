package io.winnow.actors.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.winnow.model.train.Sampler;
import io.winnow.model.train.SelectionState;
import io.winnow.protocol.SweepCost;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a run stands between two steps: what a counted checkpoint says besides the layers' own
 * state. Version v = after optimizer step v.
 *
 * @param position where the next step's examples begin
 * @param liveLayers layers that still hold something, in layer order
 * @param evaluated version of the newest evaluation; -1 = none
 * @param metrics of the newest evaluation
 * @param bestVersion version of the best evaluation; -1 = none
 * @param seconds training time of the counted steps
 * @param patience what early stopping waits with; null before the first evaluation that counts
 * @param spent what the counted steps cost the workers; null where no step is counted, or an older
 *     Winnow counted them
 */
public record Progress(
    long version,
    Sampler.Position position,
    SelectionState selection,
    List<String> liveLayers,
    long evaluated,
    Map<String, Double> metrics,
    long bestVersion,
    Map<String, Double> bestMetrics,
    double seconds,
    long tokens,
    long skippedSteps,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Patience patience,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Spent spent) {
  public Progress {
    liveLayers = List.copyOf(liveLayers);
    metrics = java.util.Collections.unmodifiableMap(new TreeMap<>(metrics));
    bestMetrics = java.util.Collections.unmodifiableMap(new TreeMap<>(bestMetrics));
  }

  /** Before the first step. */
  public static Progress start(List<String> layers) {
    return new Progress(
        0,
        Sampler.Position.START,
        SelectionState.START,
        layers,
        -1,
        Map.of(),
        -1,
        Map.of(),
        0,
        0,
        0,
        null,
        null);
  }

  /** Whoever resumes a run that paused after so many bad steps gives it as many chances again. */
  Progress forgivingAfter(int maxBadSteps) {
    if (selection.badStepsInRow() < maxBadSteps) {
      return this;
    }
    return new Progress(
        version,
        position,
        selection.withBadSteps(0),
        liveLayers,
        evaluated,
        metrics,
        bestVersion,
        bestMetrics,
        seconds,
        tokens,
        skippedSteps,
        patience,
        spent);
  }

  /** After one more step. */
  Progress afterStep(StepDone step) {
    return new Progress(
        version + 1,
        step.position,
        step.selection,
        step.liveLayers,
        evaluated,
        metrics,
        bestVersion,
        bestMetrics,
        seconds + step.seconds,
        tokens + step.cost.tokens(),
        skippedSteps + (step.skipped ? 1 : 0),
        patience,
        Spent.plus(spent, step.cost));
  }

  /** After an evaluation at this version. */
  Progress afterEvaluation(Map<String, Double> found, boolean isBest) {
    return new Progress(
        version,
        position,
        selection,
        liveLayers,
        version,
        found,
        isBest ? version : bestVersion,
        isBest ? found : bestMetrics,
        seconds,
        tokens,
        skippedSteps,
        patience,
        spent);
  }

  /** With early stopping's patience after the newest evaluation. */
  Progress waiting(@Nullable Patience now) {
    return new Progress(
        version,
        position,
        selection,
        liveLayers,
        evaluated,
        metrics,
        bestVersion,
        bestMetrics,
        seconds,
        tokens,
        skippedSteps,
        now,
        spent);
  }

  /** What a step changed about the progress. */
  record StepDone(
      Sampler.Position position,
      SelectionState selection,
      List<String> liveLayers,
      double seconds,
      SweepCost cost,
      boolean skipped) {}

  /**
   * What training steps cost.
   *
   * @param computeSeconds time in which workers computed, summed over the workers
   * @param bytes of parameters fetched and gradients sent
   */
  public record Spent(double computeSeconds, long bytes) {
    private static final Spent NOTHING = new Spent(0, 0);

    private static Spent plus(@Nullable Spent before, SweepCost cost) {
      Spent known = before == null ? NOTHING : before;
      return new Spent(known.computeSeconds + cost.nanos() / 1e9, known.bytes + cost.bytes());
    }
  }

  /** What was spent; nothing where that is not known. */
  Spent spending() {
    return spent == null ? Spent.NOTHING : spent;
  }
}
