package io.winnow.model.explain;

/**
 * At which steps of a run the heads are traced; a function of the plan and the step alone, so that
 * a run which goes back to a checkpoint traces the same steps again.
 *
 * <p>Always: the first step, the last one, and every step that disconnects a head or changes a
 * rank. Where omega or ranks move: every n-th step, n = ceil(steps / 500). Where it is projected:
 * every such step. A trace has a value for omega, rank and score of each head; where more than a
 * million values would come of n-th steps or of projections, n is larger, and of the projections
 * the first of every window of steps is traced, so that a run has two million values at most
 * besides those of the steps that are always traced.
 *
 * @param heads of the run at its start
 * @param totalSteps optimizer steps of the whole run
 * @param every steps from one projection to the next; {@link Long#MAX_VALUE} = none but those that
 *     disconnect
 * @param headsMove false for methods whose omega and ranks are fixed
 */
public record TraceRule(int heads, long totalSteps, long every, boolean headsMove) {
  private static final long REGULAR_TRACES = 500;
  private static final long VALUES = 1_000_000;
  private static final int VALUES_PER_HEAD = 3;

  /** What a step did to the heads besides moving them. */
  public enum Change {
    NONE,
    /** Projected, which masks heads or lets them come back. */
    PROJECTED,
    /** Disconnected heads, or gave them other ranks. */
    RESHAPED
  }

  /** Whether the step (1-based) that did this is traced. */
  public boolean isDue(long step, Change change) {
    if (heads == 0) {
      return false;
    }
    boolean always = step == 1 || step == totalSteps || change == Change.RESHAPED;
    return always
        || headsMove && step % stride(REGULAR_TRACES) == 0
        || change == Change.PROJECTED && isFirstOfWindow(step);
  }

  private boolean isFirstOfWindow(long step) {
    long window = stride(Long.MAX_VALUE);
    return step <= every || step / window != (step - every) / window;
  }

  /** Steps from one trace to the next, by so many traces at most and by the limit of values. */
  private long stride(long traces) {
    long most = Math.min(traces, Math.max(1, VALUES / VALUES_PER_HEAD / heads));
    return Math.max(1, (totalSteps + most - 1) / most);
  }
}
