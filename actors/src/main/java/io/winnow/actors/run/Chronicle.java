package io.winnow.actors.run;

import io.winnow.model.explain.TraceRule;
import io.winnow.model.train.StepDecision;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.StepLoopMessage;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what happened: a row per step and evaluation, which heads went, how many messages came to
 * nothing. Confined to the step loop.
 */
final class Chronicle {
  private final LoopContext loop;
  private final Heads heads;
  private final Checkpointing checkpoints;
  private final TraceRule traced;
  private StepLoopReport.@Nullable Tally told;
  private long decidedNanos = System.nanoTime();
  private long dropped;

  /**
   * @param checkpoints which count the rows
   */
  Chronicle(LoopContext loop, Heads heads, Checkpointing checkpoints) {
    this.loop = loop;
    this.heads = heads;
    this.checkpoints = checkpoints;
    RunPlan plan = loop.plan();
    this.traced =
        new TraceRule(
            heads.atStart(),
            plan.totalSteps(),
            plan.rules().selection().every(),
            plan.rules().omegaTrains() || plan.rules().selection().triplets() != null);
  }

  /** A step was decided; returns the seconds since the one before, or since it was opened. */
  double decided(StepDecision decision, OpenStep step) {
    long now = System.nanoTime();
    double seconds = (now - Math.max(decidedNanos, step.beganNanos())) / 1e9;
    decidedNanos = now;
    MetricsRow row = row(decision, step, seconds);
    checkpoints.add(row);
    loop.tell(new RunEvent.StepDone(loop.run(), row));
    tellPruned(decision);
    return seconds;
  }

  private MetricsRow row(StepDecision decision, OpenStep step, double seconds) {
    Board board = step.board();
    boolean isSynchronous = loop.plan().config().pace().staleness() == 0;
    return new MetricsRow(
        MetricsRow.Kind.STEP,
        decision.step(),
        board.loss(),
        decision.lr(),
        decision.omegaLr(),
        decision.gradNorm(),
        board.cost().tokens(),
        seconds,
        heads.kept(),
        decision.skipped(),
        Map.of(),
        board.cost().bytes(),
        traced.isDue(decision.step(), Heads.change(decision)) ? heads.trace(decision) : null,
        isSynchronous ? null : step.staleness());
  }

  private void tellPruned(StepDecision decision) {
    if (!decision.pruned().isEmpty()) {
      loop.actor()
          .getLog()
          .info(
              "run={} step={} event=heads-pruned pruned={} kept={}",
              loop.run(),
              decision.step(),
              decision.pruned().size(),
              heads.kept());
      loop.tell(new RunEvent.HeadsPruned(loop.run(), decision.step(), heads.views()));
    }
  }

  /** A version was evaluated. */
  void evaluated(long version, Map<String, Double> metrics, boolean isBest) {
    MetricsRow row =
        new MetricsRow(
            MetricsRow.Kind.EVALUATION,
            version,
            metrics.get("loss"),
            0,
            0,
            0,
            0,
            0,
            heads.kept(),
            false,
            metrics);
    checkpoints.add(row);
    loop.tell(new RunEvent.EvaluationDone(loop.run(), row, isBest));
  }

  /** A message came doubled, late or of another attempt. */
  void dropped(StepLoopMessage message) {
    dropped++;
    loop.actor()
        .getLog()
        .debug("run={} attempt={} event=dropped message={}", loop.run(), loop.number(), message);
  }

  /** Tells how the attempt stands, if that changed. */
  void tally() {
    StepLoopReport.Tally now = heads.tally(loop.number(), dropped);
    if (!now.equals(told)) {
      told = now;
      loop.report(now);
    }
  }
}
