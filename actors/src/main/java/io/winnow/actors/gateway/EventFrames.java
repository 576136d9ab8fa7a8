package io.winnow.actors.gateway;

import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one subscriber. It asks to be attached again and again, in case that the run's
 * coordinator is a new one; of the answers only the first is told, and those that say how the run
 * stands where nothing else did. Confined to its stream.
 */
final class EventFrames {
  private long step;
  private @Nullable RunStatus known;
  private String place = "";

  /** The frame of an event, or none where it is no news. */
  List<EventFrame> of(RunEvent event) {
    RunStatus status = status(event);
    if (event instanceof RunEvent.Attached attached) {
      String reason = attached.view().reason();
      boolean isSamePlace = status != RunStatus.QUEUED || reason.equals(place);
      if (status == known && isSamePlace) {
        return List.of();
      }
      place = reason;
    }
    known = status;
    EventFrame frame = EventFrame.of(event, step);
    step = frame.step();
    return List.of(frame);
  }

  private static RunStatus status(RunEvent event) {
    if (event instanceof RunEvent.Attached attached) {
      return attached.view().status();
    } else if (event instanceof RunEvent.RunPaused) {
      return RunStatus.PAUSED;
    }
    return event instanceof RunEvent.RunFinished ? RunStatus.FINISHED : RunStatus.RUNNING;
  }
}
