package io.winnow.model.explain;

import java.util.List;

/**
 * What became of a head.
 *
 * @param head its module path
 * @param first omega at the first trace
 * @param last omega at the last trace at which it was live, and not masked if there is one
 * @param rank at the last trace; 0 = disconnected
 * @param events in the order of their steps
 */
public record HeadHistory(String head, float first, float last, int rank, List<HeadEvent> events) {
  public HeadHistory {
    events = List.copyOf(events);
  }

  /**
   * The history of head {@code i}. Masks are judged at projections only: between two of them a
   * masked omega moves on from 0, which says nothing yet.
   */
  static HeadHistory of(HeadTraces traces, int i) {
    HeadEvents events = new HeadEvents(i);
    float last = traces.points().get(0).omega().get(i);
    for (TracePoint point : traces.points()) {
      events.see(point);
      last = point.isKept(i) ? point.omega().get(i) : last;
    }
    return new HeadHistory(
        traces.heads().get(i),
        traces.points().get(0).omega().get(i),
        last,
        traces.last().ranks().get(i),
        events.found());
  }
}
