package io.winnow.actors.worker;

import io.winnow.protocol.SweepPlan;

/** Makes what a worker computes with. Called on the worker's compute thread; may block and load. */
public interface SweepFactory {
  /** Opens a session on the shared base that the plan names. */
  SweepSession open(SweepPlan plan);
}
