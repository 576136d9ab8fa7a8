package io.winnow.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.protocol.LayerCommand;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several runs next to each other on the workers of one node. */
class SharedWorkersTest {
  private static final int DEADLINES = 4;

  @TempDir Path folder;

  @Test
  void runsNextToEachOtherHaveTheBytesOfRunsAlone() {
    String first = TinyRun.config(folder, "seed=21");
    String second = TinyRun.config(folder, "seed=22", "method.keep=5", "selection.at=8");
    String third = TinyRun.config(folder, "seed=23", "selection.every=at-end");
    Map<String, String> firstAlone;
    Map<String, String> secondAlone;
    Map<String, String> thirdAlone;
    try (TestNode node = TestNode.startByReference(folder.resolve("alone"), 2)) {
      firstAlone = node.finish("first", first);
      secondAlone = node.finish("second", second);
      thirdAlone = node.finish("third", third);
    }
    try (TestNode node = TestNode.startByReference(folder.resolve("together"), 2)) {
      FollowedRun one = node.follow("first");
      FollowedRun two = node.follow("second");
      FollowedRun three = node.follow("third");
      one.client().submit(first);
      two.client().submit(second);
      three.client().submit(third);
      one.awaitFinished();
      two.awaitFinished();
      three.awaitFinished();

      assertThat(node.adapters(one.id())).isEqualTo(firstAlone);
      assertThat(node.adapters(two.id())).isEqualTo(secondAlone);
      assertThat(node.adapters(three.id())).isEqualTo(thirdAlone);
    }
  }

  @Test
  void aRunThatWaitsForTheSweepOfAnotherLosesNoAttempt() throws InterruptedException {
    try (TestNode node = TestNode.startByReference(folder.resolve("waiting"), 1)) {
      FollowedRun slow = node.follow("slow");
      FollowedRun waits = node.follow("waits");
      CountDownLatch asked = new CountDownLatch(DEADLINES);
      node.faults.of(
          waits.id(),
          (message, layer, send) -> {
            if (message instanceof LayerCommand.Query && layer.equals("head")) {
              asked.countDown(); // its deadline passed once more
            }
            send.run();
          });
      CountDownLatch held = node.sweeps.holdFrom(31, 6);
      slow.client().submit(TinyRun.config(folder, "seed=31", "failure.step-deadline=60s"));
      slow.awaitStep(5);
      waits.client().submit(TinyRun.config(folder, "seed=32", "failure.step-deadline=100ms"));
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      held.countDown();

      assertThat(waits.awaitFinished().summary().steps()).isEqualTo(TinyRun.STEPS);
      assertThat(slow.awaitFinished().summary().steps()).isEqualTo(TinyRun.STEPS);
      assertThat(waits.attempts()).hasSize(1);
      assertThat(slow.attempts()).hasSize(1);
    }
  }
}
