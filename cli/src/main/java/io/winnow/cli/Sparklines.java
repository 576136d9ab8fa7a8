package io.winnow.cli;

import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.TracePoint;
import java.util.Locale;

/**
 * Omega over the steps of a run, a line of letters for each head, all in one scale: the lowest
 * letter is the smallest omega of any head that was neither masked nor disconnected, the highest
 * the largest. A letter shows the last trace of its steps.
 */
final class Sparklines {
  /** Letters of a line. */
  static final int WIDTH = 24;

  private static final String BLOCKS = "▁▂▃▄▅▆▇█";
  private static final String ASCII = "_.-~=+*#";

  private final HeadTraces traces;
  private final String levels;
  private final char none;
  private float low = Float.POSITIVE_INFINITY;
  private float high = Float.NEGATIVE_INFINITY;

  Sparklines(HeadTraces traces, Terminal terminal) {
    this.traces = traces;
    this.levels = terminal.unicode() ? BLOCKS : ASCII;
    this.none = terminal.unicode() ? '·' : ' ';
    for (TracePoint point : traces.points()) {
      for (int i = 0; i < traces.heads().size(); i++) {
        if (point.isKept(i)) {
          low = Math.min(low, point.omega().get(i));
          high = Math.max(high, point.omega().get(i));
        }
      }
    }
  }

  /** What the letters mean. */
  String legend() {
    return String.format(
        Locale.ROOT,
        "omega over steps %d to %d, from %.4f (%c) to %.4f (%c); '%c' = masked or dropped",
        traces.points().get(0).step(),
        traces.last().step(),
        low,
        levels.charAt(0),
        high,
        levels.charAt(levels.length() - 1),
        none);
  }

  /** The line of a head. */
  String of(int head) {
    StringBuilder line = new StringBuilder();
    int next = 0;
    TracePoint point = traces.points().get(0);
    for (int column = 0; column < WIDTH; column++) {
      while (next < traces.points().size() && column(traces.points().get(next)) <= column) {
        point = traces.points().get(next++);
      }
      line.append(point.isKept(head) ? level(point.omega().get(head)) : none);
    }
    return line.toString();
  }

  private int column(TracePoint point) {
    long first = traces.points().get(0).step();
    long steps = traces.last().step() - first + 1;
    return (int) ((point.step() - first) * WIDTH / steps);
  }

  private char level(float omega) {
    if (high == low) {
      return levels.charAt(levels.length() / 2);
    }
    int level = (int) ((omega - low) / (high - low) * levels.length());
    return levels.charAt(Math.min(levels.length() - 1, level));
  }
}
