package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.RunLock;
import io.winnow.model.io.RunPlace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Works through the runs of a comparison, so many at a time. A run that pauses itself leaves the
 * others alone; one that fails stops them, each with a checkpoint.
 */
final class ComparisonRuns {
  private final ComparisonFolder folder;
  private final RunGroup group;
  private final Listener listener;
  private final Deque<Cell> queue;
  private final Set<RunHandle> handles = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** Told by the threads of the runs what becomes of them. */
  interface Listener {
    /** Hears a run's own events. */
    RunListener of(Cell cell);

    /** A run's work ended in this process. */
    void ended(Cell cell, RunEnd end);
  }

  ComparisonRuns(ComparisonFolder folder, RunGroup group, List<Cell> cells, Listener listener) {
    this.folder = folder;
    this.group = group;
    this.listener = listener;
    this.queue = new ArrayDeque<>(cells);
  }

  /**
   * Runs until all have ended, or were stopped.
   *
   * @param parallel runs at a time
   */
  void work(int parallel) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(parallel);
    try {
      List<Future<?>> lanes = new ArrayList<>();
      for (int i = 0; i < parallel; i++) {
        lanes.add(threads.submit(this::lane));
      }
      await(lanes);
    } finally {
      threads.shutdownNow();
    }
  }

  /** Of several failures the first counts: the others may follow from it. */
  private static void await(List<Future<?>> lanes) throws InterruptedException {
    RuntimeException first = null;
    for (Future<?> lane : lanes) {
      try {
        lane.get();
      } catch (ExecutionException failed) {
        RuntimeException failure =
            failed.getCause() instanceof RuntimeException known
                ? known
                : new IllegalStateException("a run ended unexpectedly", failed.getCause());
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Asks the runs for a checkpoint and an end; others do not begin. Any thread. */
  void stop() {
    stopping = true;
    handles.forEach(RunHandle::stop);
  }

  private Void lane() throws InterruptedException {
    try {
      for (Cell cell = next(); cell != null; cell = next()) {
        work(cell);
      }
      return null;
    } catch (RuntimeException | Error failure) {
      stop();
      throw failure;
    }
  }

  private synchronized @Nullable Cell next() {
    return stopping ? null : queue.poll();
  }

  private void work(Cell cell) throws InterruptedException {
    RunPlace place = folder.place(cell);
    place.folder().create();
    RunLock lock = place.folder().lock();
    try {
      RunHandle handle = begin(cell, place);
      handles.add(handle);
      if (stopping) {
        handle.stop(); // asked before this one was there to hear it
      }
      RunEnd end = handle.await();
      handles.remove(handle);
      listener.ended(cell, end);
    } finally {
      lock.close();
    }
  }

  private RunHandle begin(Cell cell, RunPlace place) {
    RunListener hears = listener.of(cell);
    if (place.folder().isRun()) {
      RunConfig config = RunConfigReader.read(place.folder().runConf(), List.of());
      return group.resume(config, place, hears);
    }
    place.folder().write(place.folder().runConf(), cell.config());
    return group.train(cell.resolved(), place, hears);
  }
}
