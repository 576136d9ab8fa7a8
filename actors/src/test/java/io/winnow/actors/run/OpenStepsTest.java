package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.model.train.Sampler;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunId;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenStepsTest {
  private static final Progress PROGRESS = Progress.start(List.of("block.0"));

  private final OpenSteps open = new OpenSteps(2);

  private static OpenStep step(long number, OpenStep.Ahead ahead) {
    Batch batch = new Batch(1, 1, new int[1], new int[1], null, new Targets.Classes(new int[] {0}));
    Board board = new Board(WorkerCommand.Kind.TRAIN, number, 0, List.of(batch, batch));
    return new OpenStep(board, new Sampler.Position(0, (int) number), ahead);
  }

  private static SweepReply.Finished finished(int microBatch, long version) {
    return new SweepReply.Finished(
        new RunId("run"),
        1,
        TestInbox.<WorkerMessage>create().getRef(),
        9,
        microBatch,
        version,
        0.5,
        SweepCost.ZERO);
  }

  @Test
  void windowHoldsOneStepMoreThanTheStalenessEachWhereTheOneBeforeItEnds() {
    for (long number = 1; number <= 3; number++) {
      assertThat(open.hasRoom()).isTrue();
      assertThat(open.nextNumber(PROGRESS)).isEqualTo(number);
      assertThat(open.nextPosition(PROGRESS))
          .isEqualTo(number == 1 ? PROGRESS.position() : open.of(number - 1).get().next());
      open.add(step(number, OpenStep.Ahead.FREE));
    }

    assertThat(open.hasRoom()).isFalse();
    assertThat(open.isFull()).isTrue();
    open.removeFirst();
    assertThat(open.hasRoom()).isTrue();
    assertThat(open.first().number()).isEqualTo(2);
  }

  @Test
  void withoutStalenessOneStepIsOpenAtATime() {
    OpenSteps one = new OpenSteps(0);
    one.add(step(1, OpenStep.Ahead.FREE));

    assertThat(one.isFull()).isTrue();
    assertThat(one.hasRoom()).isFalse();
  }

  @Test
  void nothingIsOpenedAheadOfAStepThatIsClosed() {
    open.add(step(1, OpenStep.Ahead.FREE));
    open.add(step(2, OpenStep.Ahead.CLOSED));

    assertThat(open.isFull()).isFalse();
    assertThat(open.hasRoom()).isFalse();
    open.removeFirst();
    assertThat(open.hasRoom()).isFalse();
    assertThat(open.oldest(3)).isZero();
    open.removeFirst();
    assertThat(open.hasRoom()).isTrue();
    assertThat(open.oldest(3)).as("never computed on what was before it").isEqualTo(2);
    assertThat(open.oldest(9)).isEqualTo(6);
  }

  @Test
  void abandonedStepsLeaveTheirBoards() {
    open.add(step(1, OpenStep.Ahead.FREE));
    open.add(step(2, OpenStep.Ahead.FREE));

    assertThat(open.abandon()).extracting(Board::step).containsExactly(1L, 2L);
    assertThat(open.isEmpty()).isTrue();
  }

  @Test
  void stalenessIsThatOfTheSweepsThatCount() {
    OpenStep step = step(9, OpenStep.Ahead.FREE);
    assertThat(step.finish(finished(0, 6))).isTrue();
    assertThat(step.finish(finished(0, 1))).isFalse();
    assertThat(step.finish(finished(1, 8))).isTrue();

    assertThat(step.staleness()).isEqualTo(new MetricsRow.Staleness(1, 2));
  }
}
