package io.winnow.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.model.explain.HeadEvent;
import io.winnow.model.explain.HeadHistory;
import io.winnow.model.explain.Selected;
import io.winnow.model.explain.Stability;
import java.util.List;
import java.util.Locale;

/**
 * Why heads were kept or dropped, for a program: one object. What is not known, such as the
 * stability before there was a selection, is left out.
 */
final class ExplainJson {
  private ExplainJson() {}

  static String of(Explanation run) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    node.put("run", run.name());
    node.put("method", run.config().method().name().text());
    node.put("step", run.traces().last().step());
    if (run.totalSteps() > 0) {
      node.put("steps", run.totalSteps());
    }
    node.put("traces", run.traces().points().size());
    node.put("score", run.selects() ? run.score() : "none");
    List<String> heads = run.traces().heads();
    ArrayNode selections = node.putArray("selections");
    run.history().selections().forEach(s -> selected(selections.addObject(), s, heads));
    if (run.history().newestMask() != null) {
      selected(node.putObject("newest_mask"), run.history().newestMask(), heads);
    }
    Stability stability = run.history().stability();
    if (stability != null) {
      node.putObject("stability")
          .put("from", stability.from())
          .put("to", stability.to())
          .put("traces", stability.traces())
          .put("similarity", stability.similarity())
          .put("changes", stability.changes());
    }
    ArrayNode told = node.putArray("heads");
    run.shown().forEach(i -> head(told.addObject(), run.history().heads().get(i)));
    return node.toString();
  }

  private static void selected(ObjectNode node, Selected selected, List<String> heads) {
    node.put("step", selected.step());
    ArrayNode kept = node.putArray("kept");
    selected.kept().forEach(i -> kept.add(heads.get(i)));
    ArrayNode dropped = node.putArray("dropped");
    selected.dropped().forEach(i -> dropped.add(heads.get(i)));
    if (selected.hasGap()) {
      scored(node.putObject("last_kept"), selected.lastKept());
      scored(node.putObject("first_dropped"), selected.firstDropped());
      node.put("gap", selected.gap()).put("relative_gap", selected.relativeGap());
    }
  }

  private static void scored(ObjectNode node, Selected.Scored head) {
    node.put("head", head.head()).put("score", head.score());
  }

  private static void head(ObjectNode node, HeadHistory head) {
    node.put("head", head.head()).put("rank", head.rank());
    node.put("first", head.first()).put("last", head.last());
    ArrayNode events = node.putArray("events");
    for (HeadEvent event : head.events()) {
      events
          .addObject()
          .put("step", event.step())
          .put("event", event.kind().name().toLowerCase(Locale.ROOT))
          .put("from_rank", event.fromRank())
          .put("to_rank", event.toRank());
    }
  }
}
