package io.winnow.actors.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked again and again is told once, and what nobody said is told all the same. */
class EventFramesTest {
  private static final RunId RUN = new RunId("run");
  private final EventFrames frames = new EventFrames();

  private static RunEvent attached(RunStatus status, String reason) {
    CheckpointId counted = new CheckpointId(1, 7);
    return new RunEvent.Attached(
        RUN,
        new RunView(
            RUN, status, reason, 1, counted, counted, List.of(), List.of(), "secret = 1", "", ""));
  }

  @Test
  void answerThatIsNoNewsIsNotTold() {
    assertThat(frames.of(attached(RunStatus.RUNNING, ""))).hasSize(1);
    frames.of(new RunEvent.AttemptBegan(RUN, 1, 0, 25, "started"));

    assertThat(frames.of(attached(RunStatus.RUNNING, ""))).isEmpty();
  }

  @Test
  void pauseThatADeadCoordinatorDidNotSayIsTold() {
    frames.of(attached(RunStatus.RUNNING, ""));
    EventFrame frame = frames.of(attached(RunStatus.PAUSED, "tea")).get(0);

    assertThat(frame.text())
        .isEqualTo(
            "id: 7\nevent: attached\ndata: {\"run\":\"run\",\"status\":\"PAUSED\","
                + "\"reason\":\"tea\",\"attempt\":1,\"counted\":7,\"best\":7}\n\n");
    assertThat(frames.of(attached(RunStatus.PAUSED, "tea"))).isEmpty();
  }

  @Test
  void pauseThatWasSaidIsNotToldAgain() {
    frames.of(attached(RunStatus.RUNNING, ""));
    frames.of(new RunEvent.RunPaused(RUN, 7, "tea"));

    assertThat(frames.of(attached(RunStatus.PAUSED, "tea"))).isEmpty();
    assertThat(frames.of(attached(RunStatus.RUNNING, ""))).as("resumed").hasSize(1);
  }

  @Test
  void runThatIsGoneEndsTheStream() {
    frames.of(attached(RunStatus.PAUSED, ""));

    assertThat(frames.of(attached(RunStatus.REMOVED, "")).get(0).isEnd()).isTrue();
  }

  @Test
  void eventsCarryTheStepThatTheRunWasAt() {
    frames.of(new RunEvent.AttemptBegan(RUN, 2, 14, 25, "lost"));

    assertThat(frames.of(new RunEvent.WorkerNote(RUN, "refused")).get(0).step()).isEqualTo(14);
  }
}
