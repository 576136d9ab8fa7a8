package io.winnow.actors.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.winnow.model.train.Sampler;
import io.winnow.model.train.SelectionState;
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
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Patience patience) {
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
        patience);
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
        tokens + step.tokens,
        skippedSteps + (step.skipped ? 1 : 0),
        patience);
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
        patience);
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
        now);
  }

  /** What a step changed about the progress. */
  record StepDone(
      Sampler.Position position,
      SelectionState selection,
      List<String> liveLayers,
      double seconds,
      long tokens,
      boolean skipped) {}
}
