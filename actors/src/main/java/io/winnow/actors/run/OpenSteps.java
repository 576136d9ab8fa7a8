package io.winnow.actors.run;

import io.winnow.model.train.Sampler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The steps that are open, one after the other from the one after the version that is decided on.
 * With staleness s there are at most s + 1 of them, so that the first sweep of a step is at most s
 * versions late; with s = 0, the synchronous mode, there is one. They are decided and applied in
 * order. No sweep computes across a step that is closed. Confined to the step loop.
 */
final class OpenSteps {
  private final int staleness;
  private final Deque<OpenStep> steps = new ArrayDeque<>();
  private long lastClosed;

  OpenSteps(int staleness) {
    this.staleness = staleness;
  }

  boolean isEmpty() {
    return steps.isEmpty();
  }

  /** Whether no step more may be open, whatever the steps are. */
  boolean isFull() {
    return steps.size() > staleness;
  }

  /** Whether the next step may be opened now. */
  boolean hasRoom() {
    return !isFull() && (isEmpty() || steps.getLast().ahead() == OpenStep.Ahead.FREE);
  }

  /** The number of the step to open next. */
  long nextNumber(Progress progress) {
    return progress.version() + steps.size() + 1;
  }

  /** Where the examples of the step to open next begin. */
  Sampler.Position nextPosition(Progress progress) {
    return isEmpty() ? progress.position() : steps.getLast().next();
  }

  /**
   * The oldest version that sweeps of this step may compute on: s older than its own, but none
   * before a step that was closed, where heads may have been of another shape.
   */
  long oldest(long number) {
    return Math.max(number - 1 - staleness, lastClosed);
  }

  void add(OpenStep step) {
    steps.addLast(step);
  }

  /** The one to decide next, or null. */
  @Nullable OpenStep first() {
    return steps.peekFirst();
  }

  void removeFirst() {
    OpenStep done = steps.removeFirst();
    lastClosed = done.ahead() == OpenStep.Ahead.CLOSED ? done.number() : lastClosed;
  }

  /** Whether the one to decide next has this layer's report. */
  boolean hasReportedFirst(String layer) {
    return !isEmpty() && steps.getFirst().hasReported(layer);
  }

  /** All of them, in order. */
  Stream<OpenStep> all() {
    return steps.stream();
  }

  /** The open step of this number. */
  Optional<OpenStep> of(long number) {
    return steps.stream().filter(step -> step.number() == number).findFirst();
  }

  /** Closes all of them undecided: what was swept for them comes to nothing. */
  List<Board> abandon() {
    List<Board> boards = steps.stream().map(OpenStep::board).toList();
    steps.clear();
    return boards;
  }
}
