package io.winnow.actors.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.winnow.protocol.RunEvent;

/**
 * A run's event as one frame of a stream of server-sent events.
 *
 * @param name what happened, in one word
 * @param step the step that the run was at; the frame's id
 * @param data one JSON object
 */
record EventFrame(String name, long step, ObjectNode data) {
  /** The last frame of a stream: nothing comes after it. */
  boolean isEnd() {
    return name.equals("finished") || name.equals("removed");
  }

  /** The text of the frame. */
  String text() {
    return "id: " + step + "\nevent: " + name + "\ndata: " + data + "\n\n";
  }

  /**
   * The frame of an event.
   *
   * @param at the newest step that was seen, for events that name none
   */
  static EventFrame of(RunEvent event, long at) {
    ObjectNode node = Replies.JSON.createObjectNode();
    if (event instanceof RunEvent.Attached e) {
      boolean isKnown = RunAsks.isKnown(e.view());
      long counted = e.view().counted().version();
      return new EventFrame(
          isKnown ? "attached" : "removed", Math.max(at, counted), RunJson.view(e.view()));
    } else if (event instanceof RunEvent.AttemptBegan e) {
      node.put("step", e.version()).put("total_steps", e.totalSteps());
      node.put("attempt", e.attempt()).put("reason", e.reason());
      return new EventFrame("began", e.version(), node);
    } else if (event instanceof RunEvent.StepDone e) {
      return new EventFrame("step", e.row().step(), RunJson.row(e.row()));
    } else if (event instanceof RunEvent.EvaluationDone e) {
      node.put("step", e.row().step()).put("best", e.isBest());
      node.set("metrics", RunJson.metrics(e.row().metrics()));
      return new EventFrame("evaluated", e.row().step(), node);
    } else if (event instanceof RunEvent.HeadsPruned e) {
      RunJson.heads(node.put("step", e.step()), e.heads());
      return new EventFrame("selected", e.step(), node);
    }
    return rare(event, at, node);
  }

  private static EventFrame rare(RunEvent event, long at, ObjectNode node) {
    if (event instanceof RunEvent.CheckpointDone e) {
      node.put("step", e.version()).put("bytes", e.bytes());
      return new EventFrame("checkpoint", at, node);
    } else if (event instanceof RunEvent.SettingChanged e) {
      node.put("step", e.step()).put("path", e.path()).put("value", e.value());
      return new EventFrame("changed", at, node);
    } else if (event instanceof RunEvent.WorkerNote e) {
      return new EventFrame("worker", at, node.put("note", e.note()));
    } else if (event instanceof RunEvent.RunPaused e) {
      node.put("step", e.version()).put("reason", e.reason());
      return new EventFrame("paused", e.version(), node);
    } else if (event instanceof RunEvent.RunFinished e) {
      return new EventFrame("finished", e.summary().steps(), RunJson.summary(e.summary()));
    }
    throw new IllegalStateException("event " + event + " has no frame");
  }
}
