package io.winnow.model.explain;

import java.util.List;

/**
 * What was traced of a run's heads.
 *
 * @param heads module paths in the order of the model
 * @param points in the order of their steps, which all differ
 */
public record HeadTraces(List<String> heads, List<TracePoint> points) {
  public HeadTraces {
    heads = List.copyOf(heads);
    points = List.copyOf(points);
    long before = -1;
    for (TracePoint point : points) {
      int scores = point.selects() ? point.scores().size() : heads.size();
      if (point.omega().size() != heads.size()
          || point.ranks().size() != heads.size()
          || scores != heads.size()) {
        throw new IllegalArgumentException(
            "step %d: %d omegas, %d ranks and %d scores of %d heads"
                .formatted(
                    point.step(),
                    point.omega().size(),
                    point.ranks().size(),
                    point.scores().size(),
                    heads.size()));
      }
      if (point.step() <= before) {
        throw new IllegalArgumentException("step " + point.step() + " after step " + before);
      }
      before = point.step();
    }
  }

  /** The newest point; there must be one. */
  public TracePoint last() {
    return points.get(points.size() - 1);
  }

  /** Whether omega of any head was projected, or ever other than at the first trace. */
  public boolean omegaMoves() {
    return points.stream()
        .anyMatch(point -> point.selects() || !point.omega().equals(points.get(0).omega()));
  }
}
