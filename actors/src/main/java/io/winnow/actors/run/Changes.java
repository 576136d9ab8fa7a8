package io.winnow.actors.run;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Changed settings that wait until no step is open, and the one that is being journalled: it holds
 * from the next step on. Confined to the step loop.
 */
final class Changes {
  private final LoopContext loop;
  private final Deque<SettingChange> waiting = new ArrayDeque<>();
  private boolean journalling;

  Changes(LoopContext loop) {
    this.loop = loop;
  }

  void add(SettingChange change) {
    waiting.addLast(change);
  }

  boolean areWaiting() {
    return !waiting.isEmpty();
  }

  boolean areJournalled() {
    return !journalling;
  }

  /** Asks the coordinator to journal the next one before this step is opened. */
  void journal(long step) {
    journalling = true;
    loop.report(new StepLoopReport.WantsSetting(loop.number(), step, waiting.removeFirst()));
  }

  void journalled() {
    journalling = false;
  }
}
