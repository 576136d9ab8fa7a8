package io.winnow.cli;

import io.winnow.model.config.RunConfig;
import io.winnow.model.io.RunPlace;

/**
 * Runs of one workspace that this process works on at the same time: they share its workers and,
 * where they have the same model, its frozen base. Runs may be begun by several threads.
 */
public interface RunGroup extends AutoCloseable {

  /** Begins a run; the folder exists, is locked by the caller and holds run.conf. */
  RunHandle train(RunConfig run, RunPlace place, RunListener listener);

  /** Goes on with a run, as {@link Engine#resume}. */
  RunHandle resume(RunConfig run, RunPlace place, RunListener listener);

  /** Stops working, also on runs that have not ended: they can be resumed. */
  @Override
  void close();
}
