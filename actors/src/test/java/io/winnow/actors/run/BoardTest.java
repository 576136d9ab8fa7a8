package io.winnow.actors.run;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.protocol.SweepCost;
import io.winnow.protocol.WorkerCommand;
import io.winnow.protocol.WorkerMessage;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BoardTest {
  private final ActorRef<WorkerMessage> one = TestInbox.<WorkerMessage>create("one").getRef();
  private final ActorRef<WorkerMessage> two = TestInbox.<WorkerMessage>create("two").getRef();
  private final Board board = board(3);

  private static Board board(int microBatches) {
    List<Batch> batches =
        IntStream.range(0, microBatches)
            .mapToObj(i -> new Targets.Classes(new int[i + 1]))
            .map(targets -> new Batch(1, 1, new int[1], new int[1], null, targets))
            .toList();
    return new Board(WorkerCommand.Kind.TRAIN, 5, 4, batches);
  }

  @Test
  void microBatchesAreGivenOutInOrderOnce() {
    assertThat(board.take(one)).hasValue(0);
    assertThat(board.take(two)).hasValue(1);
    assertThat(board.take(one)).hasValue(2);
    assertThat(board.take(two)).isEmpty();
  }

  @Test
  void normaliserCountsTheTargetsOfTheWholeStep() {
    assertThat(board.normaliser()).isEqualTo(1 + 2 + 3);
  }

  @Test
  void whatAWorkerLeavesUndoneComesNext() {
    board.take(one);
    board.take(two);
    board.release(one);
    board.release(one);

    assertThat(board.take(two)).hasValue(0);
    assertThat(board.take(two)).hasValue(2);
    assertThat(board.take(two)).isEmpty();
  }

  @Test
  void whatIsDoneIsNotGivenOutAgainWhenItsWorkerIsLost() {
    board.take(one);
    board.finish(0, 0.5, SweepCost.ZERO);
    board.release(one);

    assertThat(board.take(two)).hasValue(1);
  }

  @Test
  void firstResultCountsAndLaterOnesChangeNothing() {
    assertThat(board.finish(1, 0.5, new SweepCost(10, 1, 1, 1))).isTrue();
    assertThat(board.finish(1, 9.0, new SweepCost(10, 1, 1, 1))).isFalse();

    assertThat(board.loss()).isEqualTo(0.5);
    assertThat(board.cost().tokens()).isEqualTo(10);
  }

  @Test
  void microBatchThatIsDoneAgainCountsOnce() {
    IntStream.range(0, 3).forEach(i -> board.finish(i, 1.0, new SweepCost(10, 1, 1, 1)));
    assertThat(board.isDone()).isTrue();

    board.redo(List.of(1));
    assertThat(board.isDone()).isFalse();
    board.finish(1, 1.0, new SweepCost(10, 1, 1, 1));
    assertThat(board.isDone()).isTrue();
    assertThat(board.loss()).isEqualTo(3.0);
    assertThat(board.cost()).isEqualTo(new SweepCost(30, 3, 3, 3));
  }

  @Test
  void lossIsSummedInMicroBatchOrderWhateverTheOrderOfResults() {
    double[] losses = {1e16, 1.0, -1e16};
    for (int i : new int[] {2, 0, 1}) {
      board.finish(i, losses[i], SweepCost.ZERO);
    }
    assertThat(board.loss()).isEqualTo(losses[0] + losses[1] + losses[2]);
  }

  @Test
  void logitsStandInMicroBatchOrder() {
    Board evaluation = board(2);
    evaluation.finish(1, 0.1, new float[] {1f});
    evaluation.finish(0, 0.1, new float[] {0f});
    evaluation.finish(0, 0.1, new float[] {7f});

    assertThat(evaluation.outputs()).containsExactly(new float[] {0f}, new float[] {1f});
  }

  @Test
  void boardIsOfItsKindAndStepOnly() {
    assertThat(board.isOf(WorkerCommand.Kind.TRAIN, 5)).isTrue();
    assertThat(board.isOf(WorkerCommand.Kind.TRAIN, 6)).isFalse();
    assertThat(board.isOf(WorkerCommand.Kind.EVALUATE, 5)).isFalse();
  }

  @Test
  void microBatchThatIsSharedIsLeftUndoneOnlyWhenBothLeaveIt() {
    board.take(one);
    assertThat(board.hasOneHolder(0)).isTrue();
    board.share(0, two);
    assertThat(board.hasOneHolder(0)).isFalse();

    board.release(one);
    assertThat(board.hasOneHolder(0)).isTrue();
    assertThat(board.take(one)).hasValue(1);
    board.release(two);
    assertThat(board.take(two)).hasValue(0);
  }

  @Test
  void microBatchThatIsDoneHasNobodyToWaitFor() {
    board.take(one);
    board.finish(0, 0.5, SweepCost.ZERO);

    assertThat(board.hasOneHolder(0)).isFalse();
  }
}
