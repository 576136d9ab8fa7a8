package io.winnow.model.explain;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Goes through the traces of one head and notes what happens to it. */
final class HeadEvents {
  private final int head;
  private final List<HeadEvent> found = new ArrayList<>();
  private @Nullable TracePoint before;
  private boolean masked;

  HeadEvents(int head) {
    this.head = head;
  }

  List<HeadEvent> found() {
    return found;
  }

  /** The next trace. */
  void see(TracePoint point) {
    int rank = point.ranks().get(head);
    int rankBefore = before == null ? rank : before.ranks().get(head);
    boolean goesAtOnce = before == null && rank == 0 && point.isScored(head);
    if (goesAtOnce || rank == 0 && rankBefore > 0) {
      add(point, HeadEvent.Kind.PRUNED, rankBefore);
      masked = false;
    } else if (rank > 0) {
      seeMask(point, rank);
      if (rank != rankBefore) {
        add(point, rank > rankBefore ? HeadEvent.Kind.GREW : HeadEvent.Kind.SHRANK, rankBefore);
      }
    }
    before = point;
  }

  private void seeMask(TracePoint point, int rank) {
    boolean isMasked = !point.isKept(head);
    if (point.isScored(head) && isMasked != masked) {
      masked = isMasked;
      add(point, isMasked ? HeadEvent.Kind.MASKED : HeadEvent.Kind.CAME_BACK, rank);
    }
  }

  private void add(TracePoint point, HeadEvent.Kind kind, int rankBefore) {
    found.add(new HeadEvent(point.step(), kind, rankBefore, point.ranks().get(head)));
  }
}
