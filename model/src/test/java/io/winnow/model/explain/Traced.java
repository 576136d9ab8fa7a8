package io.winnow.model.explain;

import java.util.ArrayList;
import java.util.List;

/** Traces of heads a, b, c, ... by hand. */
final class Traced {
  private final List<String> heads;
  private final List<TracePoint> points = new ArrayList<>();
  private List<Integer> ranks;

  private Traced(List<String> heads, int rank) {
    this.heads = heads;
    this.ranks = heads.stream().map(head -> rank).toList();
  }

  static Traced heads(int rank, String... heads) {
    return new Traced(List.of(heads), rank);
  }

  /** A step that only moves omega. */
  Traced moved(long step, float... omega) {
    points.add(new TracePoint(step, floats(omega), ranks, List.of()));
    return this;
  }

  /** A step that projects: what it went by, and which heads it keeps. */
  Traced projected(long step, List<Float> scores, int... kept) {
    points.add(new TracePoint(step, only(scores, kept), ranks, scores));
    return this;
  }

  /** A step that disconnects all heads but these, which get this rank. */
  Traced pruned(long step, List<Float> scores, int rank, int... kept) {
    List<Integer> after = new ArrayList<>();
    for (int i = 0; i < heads.size(); i++) {
      after.add(isIn(kept, i) ? rank : 0);
    }
    ranks = List.copyOf(after);
    points.add(new TracePoint(step, only(scores, kept), ranks, scores));
    return this;
  }

  private static List<Float> only(List<Float> scores, int... kept) {
    List<Float> omega = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      omega.add(isIn(kept, i) ? scores.get(i) : 0f);
    }
    return omega;
  }

  private static boolean isIn(int[] kept, int head) {
    return java.util.Arrays.stream(kept).anyMatch(k -> k == head);
  }

  private static List<Float> floats(float... values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  HeadTraces traces() {
    return new HeadTraces(heads, points);
  }
}
