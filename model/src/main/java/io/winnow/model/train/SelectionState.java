package io.winnow.model.train;

/**
 * How far the selection of a run is: the step at whose end it was made final, or {@link
 * SelectionSettings#NEVER} while it was not; and the number of bad steps in a row.
 */
public record SelectionState(long finalAt, int badStepsInRow) {
  /** At the start of a run. */
  public static final SelectionState START = new SelectionState(SelectionSettings.NEVER, 0);

  /** Whether heads have been disconnected for good. */
  public boolean isFinal() {
    return finalAt != SelectionSettings.NEVER;
  }
}
