package io.winnow.cli;

/** A run that goes on in this process. */
public interface RunHandle {
  /**
   * Waits for the end.
   *
   * @throws io.winnow.model.compute.UserProblem if the run failed for a reason its user can mend
   * @throws InterruptedException if the waiting thread is interrupted; the run goes on
   */
  RunEnd await() throws InterruptedException;

  /**
   * Asks for a checkpoint and an orderly end, and returns at once; {@link #await} then gives {@link
   * RunEnd.Stopped}. Any thread, any number of times.
   */
  void stop();
}
