package io.winnow.actors.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import org.junit.jupiter.api.Test;

class RunQueueTest {
  private static RegistryEvent event(String run, RunStatus status, int priority) {
    return new RegistryEvent(run, status, priority);
  }

  private static RunQueue after(RegistryEvent... events) {
    RunQueue queue = RunQueue.EMPTY;
    for (RegistryEvent event : events) {
      queue = queue.after(event);
    }
    return queue;
  }

  @Test
  void higherPriorityComesFirstAndThenWhoCameFirst() {
    RunQueue queue =
        after(
            event("a", RunStatus.QUEUED, 0),
            event("b", RunStatus.QUEUED, 1),
            event("c", RunStatus.QUEUED, 0),
            event("d", RunStatus.QUEUED, 1));

    assertThat(queue.waiting()).map(RunId::value).containsExactly("b", "d", "a", "c");
    assertThat(queue.lettingIn(3)).map(RegistryEvent::run).containsExactly("b", "d", "a");
  }

  @Test
  void runThatWasPausedComesBeforeThoseSubmittedAfterIt() {
    RunQueue queue =
        after(
            event("a", RunStatus.QUEUED, 0),
            event("b", RunStatus.QUEUED, 0),
            event("a", RunStatus.PAUSED, 0),
            event("a", RunStatus.QUEUED, 0));

    assertThat(queue.waiting()).map(RunId::value).containsExactly("a", "b");
  }

  @Test
  void nobodyIsLetInOrSentAwayWhenThereIsLessRoomThanRuns() {
    RunQueue queue =
        after(
            event("a", RunStatus.RUNNING, 0),
            event("b", RunStatus.RUNNING, 0),
            event("c", RunStatus.QUEUED, 9));

    assertThat(queue.lettingIn(0)).isEmpty();
    assertThat(queue.lettingIn(2)).isEmpty();
    assertThat(queue.lettingIn(3)).containsExactly(event("c", RunStatus.RUNNING, 9));
    assertThat(queue.running()).isEqualTo(2);
  }

  @Test
  void runThatWasRemovedIsForgottenWithItsPlace() {
    RunQueue queue =
        after(
            event("a", RunStatus.QUEUED, 0),
            event("b", RunStatus.QUEUED, 0),
            event("a", RunStatus.REMOVED, 0),
            event("a", RunStatus.QUEUED, 0));

    assertThat(queue.waiting()).map(RunId::value).containsExactly("b", "a");
    assertThat(queue.statusOf(new RunId("c"))).isEqualTo(RunStatus.REMOVED);
  }

  @Test
  void journalOfAVersionWithoutAQueueIsRead() throws Exception {
    RegistryJournalSerializer serializer = new RegistryJournalSerializer();
    byte[] old = "{\"run\":\"a\",\"status\":\"RUNNING\"}".getBytes();
    RegistryEvent event = event("a", RunStatus.RUNNING, 0);

    assertThat(serializer.fromBinary(old, "RegistryEvent/1")).isEqualTo(event);
    assertThat(serializer.toBinary(event)).isEqualTo(old);
    RegistryEvent waits = event("b", RunStatus.QUEUED, 5);
    assertThat(serializer.fromBinary(serializer.toBinary(waits), "RegistryEvent/1"))
        .isEqualTo(waits);
  }
}
