package io.winnow.actors.run;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.DispatcherSelector;
import io.winnow.actors.node.Failures;
import io.winnow.model.task.Batch;
import io.winnow.protocol.StepLoopMessage;
import io.winnow.protocol.SweepReply;
import io.winnow.protocol.WorkerCommand;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The evaluation that is under way, if one is: first its sweeps, then its scores, which are made on
 * the blocking dispatcher. No step is open meanwhile. Confined to the step loop.
 */
final class Evaluating {
  record Scored(long version, double loss, Map<String, Double> metrics)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  record ScoringFailed(String reason)
      implements StepLoopMessage, NoSerializationVerificationNeeded {}

  private final LoopContext loop;
  private final Crew crew;
  private @Nullable Board board;
  private boolean scoring;

  Evaluating(LoopContext loop, Crew crew) {
    this.loop = loop;
    this.crew = crew;
  }

  boolean isUnderWay() {
    return board != null || scoring;
  }

  void begin(Progress progress) {
    Examples examples = loop.plan().validation().examples();
    int[] all = java.util.stream.IntStream.range(0, examples.size()).toArray();
    List<Batch> batches = loop.plan().cut(examples, all);
    long version = progress.version();
    board = new Board(WorkerCommand.Kind.EVALUATE, version, version, batches);
    crew.work(board, progress.liveLayers());
  }

  /** A sweep is done; false if that is no news. */
  boolean evaluated(SweepReply.Evaluated evaluated) {
    boolean isNews =
        board != null
            && board.isOf(WorkerCommand.Kind.EVALUATE, evaluated.step())
            && board.finish(evaluated.microBatch(), evaluated.lossSum(), evaluated.outputs());
    if (isNews) {
      crew.finished(board, evaluated.microBatch());
      if (board.isDone()) {
        score(board);
      }
    }
    return isNews;
  }

  private void score(Board done) {
    Evaluation validation = loop.plan().validation();
    List<float[]> outputs = done.outputs();
    int batchSize = loop.plan().config().training().microBatch();
    double loss = done.loss() / done.normaliser();
    crew.rest(done);
    board = null;
    scoring = true;
    var blocking = loop.actor().getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    loop.actor()
        .pipeToSelf(
            CompletableFuture.supplyAsync(() -> validation.score(outputs, batchSize), blocking),
            (metrics, failure) ->
                failure == null
                    ? new Scored(done.step(), loss, metrics)
                    : new ScoringFailed(Failures.rootMessage(failure)));
  }

  /** Its scores, or why there are none, came in; false if it was abandoned before. */
  boolean isAwaited() {
    boolean was = scoring;
    scoring = false;
    return was;
  }

  /** This version is evaluated again on resume. */
  void abandon() {
    if (board != null) {
      crew.rest(board);
    }
    board = null;
    scoring = false;
  }
}
