package io.winnow.actors.node;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Tells what is new from what was said a short while ago, for log lines that others can provoke as
 * often as they like. Safe from any thread.
 */
final class Repeats {
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int REMEMBERED = 1000;

  private final LongSupplier nanos;
  private final Map<String, Long> said =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > REMEMBERED;
        }
      };

  Repeats(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Whether this was not said in the last minute; it counts as said now. */
  synchronized boolean isNews(String what) {
    long now = nanos.getAsLong();
    Long before = said.get(what);
    if (before != null && now - before < QUIET_NANOS) {
      return false;
    }
    said.remove(what);
    said.put(what, now);
    return true;
  }
}
