package io.winnow.cli;

/** Told what happens in a run, in order, by any thread but by one at a time. Must not block. */
@FunctionalInterface
public interface RunListener {
  /** Something happened. */
  void on(RunEvent event);
}
