package io.winnow.actors.registry;

import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All runs in the order of their submission, and the rules of who is next: the highest priority,
 * and of those the one that was submitted first. A run that was paused keeps its place in that
 * order. Nobody who runs is ever sent back to wait.
 */
record RunQueue(Map<RunId, Entry> runs) {
  /** No runs. */
  static final RunQueue EMPTY = new RunQueue(Map.of());

  /** How a run stands. */
  record Entry(RunStatus status, int priority) {}

  RunQueue {
    runs = Collections.unmodifiableMap(new LinkedHashMap<>(runs));
  }

  /** The queue after an event. */
  RunQueue after(RegistryEvent event) {
    Map<RunId, Entry> after = new LinkedHashMap<>(runs);
    RunId run = new RunId(event.run());
    if (event.status() == RunStatus.REMOVED) {
      after.remove(run);
    } else {
      after.put(run, new Entry(event.status(), event.priority()));
    }
    return new RunQueue(after);
  }

  /** How a run stands; REMOVED where it is not known. */
  RunStatus statusOf(RunId run) {
    Entry entry = runs.get(run);
    return entry == null ? RunStatus.REMOVED : entry.status;
  }

  /** A run's priority; 0 where it is not known. */
  int priorityOf(RunId run) {
    Entry entry = runs.get(run);
    return entry == null ? 0 : entry.priority;
  }

  /** Those that wait, the next one first. */
  List<RunId> waiting() {
    Comparator<Map.Entry<RunId, Entry>> byPriority =
        Comparator.comparingInt((Map.Entry<RunId, Entry> e) -> e.getValue().priority).reversed();
    return runs.entrySet().stream()
        .filter(e -> e.getValue().status == RunStatus.QUEUED)
        .sorted(byPriority) // stable: equal ones stay in the order of submission
        .map(Map.Entry::getKey)
        .toList();
  }

  /** How many run. */
  int running() {
    return (int) runs.values().stream().filter(e -> e.status == RunStatus.RUNNING).count();
  }

  /**
   * Who is let in now.
   *
   * @param room how many may run at once
   */
  List<RegistryEvent> lettingIn(long room) {
    return waiting().stream()
        .limit(Math.max(0, room - running()))
        .map(run -> new RegistryEvent(run.value(), RunStatus.RUNNING, priorityOf(run)))
        .toList();
  }
}
