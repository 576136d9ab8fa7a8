package io.winnow.actors.bench;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What one process, or several together, did since they began.
 *
 * @param cpuNanos processor time
 * @param allocated bytes allocated by threads that still live
 * @param posted messages to layers and coordinators
 * @param wireMessages messages to other processes
 * @param wireBytes bytes to other processes
 * @param ready workers that are ready to sweep; not a sum over time
 */
public record Effort(
    long cpuNanos, long allocated, long posted, long wireMessages, long wireBytes, long ready) {
  static final Effort NONE = new Effort(0, 0, 0, 0, 0, 0);

  Effort plus(Effort other) {
    return new Effort(
        cpuNanos + other.cpuNanos,
        allocated + other.allocated,
        posted + other.posted,
        wireMessages + other.wireMessages,
        wireBytes + other.wireBytes,
        ready + other.ready);
  }

  Effort since(Effort earlier) {
    return new Effort(
        cpuNanos - earlier.cpuNanos,
        allocated - earlier.allocated,
        posted - earlier.posted,
        wireMessages - earlier.wireMessages,
        wireBytes - earlier.wireBytes,
        ready);
  }

  /** As a line that {@link #parse} reads. */
  String line() {
    return LongStream.of(cpuNanos, allocated, posted, wireMessages, wireBytes, ready)
        .mapToObj(Long::toString)
        .collect(Collectors.joining(" "));
  }

  static Effort parse(String line) {
    long[] of = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
    return new Effort(of[0], of[1], of[2], of[3], of[4], of[5]);
  }
}
