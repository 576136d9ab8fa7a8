package io.winnow.actors.run;

import io.winnow.protocol.WorkerCommand;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * When a sweep is late: it has taken a multiple of the median of the recent ones of its kind. The
 * median knows nothing of a few slow workers. Confined to the step loop.
 */
final class Lateness {
  /** Sweeps that the median is of; enough to be steady, few enough to follow a selection. */
  private static final int RECENT = 31;

  /** Below so many nothing is known. */
  private static final int FEWEST = 3;

  /**
   * What takes less is never late: it is the noise of the machine, and costs nothing to wait for.
   */
  private static final long NOISE_NANOS = 100_000_000L;

  private final double factor;
  private final Map<WorkerCommand.Kind, Deque<Long>> recent =
      new EnumMap<>(WorkerCommand.Kind.class);

  /** Of those that are recent; asked for far more often than it changes. */
  private final Map<WorkerCommand.Kind, Long> median = new EnumMap<>(WorkerCommand.Kind.class);

  /**
   * @param factor times the median; 0 where no sweep is ever late
   */
  Lateness(double factor) {
    this.factor = factor;
  }

  /** A sweep took so long, from its assignment to its result. */
  void took(WorkerCommand.Kind kind, long nanos) {
    Deque<Long> times = recent.computeIfAbsent(kind, k -> new ArrayDeque<>());
    times.addLast(nanos);
    if (times.size() > RECENT) {
      times.removeFirst();
    }
    median.put(kind, median(times));
  }

  /**
   * After how many nanoseconds a sweep of this kind is late; empty while that is not known. An
   * evaluation, which has no backward, is late where a training sweep would be until more is known.
   */
  OptionalLong deadline(WorkerCommand.Kind kind) {
    if (!isKnown(kind) && kind == WorkerCommand.Kind.EVALUATE) {
      return deadline(WorkerCommand.Kind.TRAIN);
    }
    if (factor == 0 || !isKnown(kind)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Math.max(NOISE_NANOS, (long) (factor * median.get(kind))));
  }

  private boolean isKnown(WorkerCommand.Kind kind) {
    return recent.containsKey(kind) && recent.get(kind).size() >= FEWEST;
  }

  /** Whether a worker whose sweep took so long is slow beside the others, be it late or not. */
  boolean isSlow(WorkerCommand.Kind kind, long nanos) {
    return factor != 0 && isKnown(kind) && nanos > factor * median.get(kind);
  }

  private static long median(Deque<Long> times) {
    return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
  }
}
