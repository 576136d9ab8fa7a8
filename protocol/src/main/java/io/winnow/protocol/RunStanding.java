package io.winnow.protocol;

import org.jspecify.annotations.Nullable;

/**
 * How far a run is, as its coordinator knows it now. What a coordinator that has just been started
 * does not know yet is 0.
 *
 * @param step the newest applied step
 * @param totalSteps of the whole run
 * @param heads at the start of the run
 * @param kept heads that live and are not masked
 * @param parameters trainable values that are left
 * @param skippedSteps steps without effect because something was not finite
 * @param dropped messages that came doubled, late or of a lower attempt, in this attempt
 * @param handOffs layers that were moved without loss since the coordinator was started
 * @param last row of the newest step; null = none since the coordinator was started
 * @param evaluation row of the newest evaluation, likewise
 */
public record RunStanding(
    RunView view,
    long step,
    long totalSteps,
    int heads,
    int kept,
    long parameters,
    long skippedSteps,
    long dropped,
    long handOffs,
    @Nullable MetricsRow last,
    @Nullable MetricsRow evaluation)
    implements Wire {}
