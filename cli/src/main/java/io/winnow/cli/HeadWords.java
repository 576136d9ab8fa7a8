package io.winnow.cli;

import io.winnow.model.explain.HeadEvent;
import io.winnow.model.explain.Selected;
import io.winnow.model.explain.TracePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What happened to a head, in words. */
final class HeadWords {
  private static final int SHOWN_MASKS = 3;

  private final Explanation run;

  HeadWords(Explanation run) {
    this.run = run;
  }

  /** All of it, in the order in which it happened. */
  String of(int head) {
    List<HeadEvent> events = run.history().heads().get(head).events();
    List<String> words = new ArrayList<>();
    words.addAll(masks(events));
    String grown =
        events.stream()
            .filter(e -> isRank(e.kind()))
            .map(e -> e.fromRank() + " -> " + e.toRank() + " at " + e.step())
            .collect(Collectors.joining(", "));
    if (!grown.isEmpty()) {
      words.add("rank " + grown);
    }
    List<Selected> selections = run.history().selections();
    for (Selected selected : selections) {
      if (selected.dropped().contains(head)) {
        words.add(dropped(selected, head));
      } else if (selected == selections.get(selections.size() - 1)
          && selected.kept().contains(head)) {
        words.add(kept(selected, head));
      }
    }
    return String.join("; ", words);
  }

  private static boolean isRank(HeadEvent.Kind kind) {
    return kind == HeadEvent.Kind.GREW || kind == HeadEvent.Kind.SHRANK;
  }

  private static List<String> masks(List<HeadEvent> events) {
    List<HeadEvent> masks =
        events.stream()
            .filter(e -> e.kind() == HeadEvent.Kind.MASKED || e.kind() == HeadEvent.Kind.CAME_BACK)
            .toList();
    if (masks.size() <= SHOWN_MASKS) {
      return masks.stream()
          .map(e -> (e.kind() == HeadEvent.Kind.MASKED ? "masked at " : "back at ") + e.step())
          .toList();
    }
    long times = masks.stream().filter(e -> e.kind() == HeadEvent.Kind.MASKED).count();
    HeadEvent last = masks.get(masks.size() - 1);
    return List.of(
        "masked %d times from %d on, %s at %d"
            .formatted(
                times,
                masks.get(0).step(),
                last.kind() == HeadEvent.Kind.MASKED ? "last" : "back",
                last.step()));
  }

  private String dropped(Selected selected, int head) {
    String than =
        selected.hasGap() ? ", the last kept had " + number(selected.lastKept().score()) : "";
    return "pruned at " + selected.step() + ": " + score(selected, head) + than;
  }

  private String kept(Selected selected, int head) {
    boolean isLast =
        selected.hasGap() && run.traces().heads().get(head).equals(selected.lastKept().head());
    String than =
        isLast
            ? ", the last kept; the first dropped had " + number(selected.firstDropped().score())
            : "";
    return "kept at " + selected.step() + ": " + score(selected, head) + than;
  }

  private String score(Selected selected, int head) {
    TracePoint point =
        run.traces().points().stream()
            .filter(p -> p.step() == selected.step())
            .findFirst()
            .orElseThrow();
    return run.score() + " " + number(point.scores().get(head));
  }

  private static String number(float value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
