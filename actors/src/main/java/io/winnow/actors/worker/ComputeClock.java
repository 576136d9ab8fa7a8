package io.winnow.actors.worker;

/**
 * Measures, for the workers of one JVM, the wall time between the first sweep and now, and the part
 * of it in which no worker computed. Called from compute threads, hence the lock.
 */
public final class ComputeClock {
  private int computing;
  private long firstNanos = -1;
  private long idleNanos;
  private long idleSince;

  /** A sweep begins. */
  public synchronized void begin() {
    long now = System.nanoTime();
    if (firstNanos < 0) {
      firstNanos = now;
    } else if (computing == 0) {
      idleNanos += now - idleSince;
    }
    computing++;
  }

  /** A sweep ends. */
  public synchronized void end() {
    computing--;
    idleSince = System.nanoTime();
  }

  /** Wall and idle nanoseconds up to the end of the last sweep. */
  public synchronized Reading read() {
    long end = computing > 0 ? System.nanoTime() : idleSince;
    return new Reading(firstNanos < 0 ? 0 : end - firstNanos, idleNanos);
  }

  /** A reading, in nanoseconds. */
  public record Reading(long wall, long idle) {
    /** What came to it after an earlier reading. */
    public Reading since(Reading earlier) {
      return new Reading(wall - earlier.wall, idle - earlier.idle);
    }

    /** Share of wall time in which no worker computed. */
    public double idleShare() {
      return wall == 0 ? 0 : (double) idle / wall;
    }
  }
}
