package io.winnow.model.train;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * How far the selection of a run is.
 *
 * @param finalAt the step at whose end the selection was made final, or {@link
 *     SelectionSettings#NEVER} while it was not
 * @param badStepsInRow steps in a row that were skipped
 * @param rounds selections that disconnected heads so far, the final one included
 * @param heads live heads before the first of those; 0 before the first step
 * @param parameters trainable values of those heads, by which a share of them is measured
 */
public record SelectionState(
    long finalAt,
    int badStepsInRow,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int rounds,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int heads,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long parameters) {
  /** At the start of a run. */
  public static final SelectionState START = new SelectionState(SelectionSettings.NEVER, 0);

  /** A run without rounds ahead of the final selection. */
  public SelectionState(long finalAt, int badStepsInRow) {
    this(finalAt, badStepsInRow, 0, 0, 0);
  }

  /** Whether heads have been disconnected for good, and none will be again. */
  public boolean isFinal() {
    return finalAt != SelectionSettings.NEVER;
  }

  /** The same with another number of bad steps in a row. */
  public SelectionState withBadSteps(int count) {
    return new SelectionState(finalAt, count, rounds, heads, parameters);
  }

  /** Before anything is disconnected, the live heads are those of the start. */
  SelectionState seeing(int liveHeads, long liveParameters) {
    return rounds > 0 || isFinal()
        ? this
        : new SelectionState(finalAt, badStepsInRow, 0, liveHeads, liveParameters);
  }

  /** After one more round. */
  SelectionState afterRound(long newFinalAt) {
    return new SelectionState(newFinalAt, badStepsInRow, rounds + 1, heads, parameters);
  }
}
