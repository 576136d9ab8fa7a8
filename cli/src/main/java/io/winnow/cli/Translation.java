package io.winnow.cli;

import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.plan.TaskEncoding;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TrainableSpec;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.RunPlace;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunEvent;
import io.winnow.protocol.RunSummary;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the coordinator tells, in the words of the command line. */
final class Translation {
  /** Two moments of four bytes for each value. */
  private static final int OPTIMIZER_BYTES_PER_VALUE = 8;

  private final String name;
  private final int workers;
  private final List<String> heads;
  private final Map<String, Long> headValues = new HashMap<>();
  private final long tensorValues;
  private boolean started;
  private long totalSteps;

  Translation(RunPlace place, RunConfig config, int workers) {
    this.name = place.folder().path().getFileName().toString();
    this.workers = workers;
    TaskHead head = TaskEncoding.head(config, TaskEncoding.labels(config));
    TrainableSpec spec = PlanCheck.trainable(config, head);
    this.heads = spec.adapters().stream().map(a -> a.id().module()).toList();
    for (AdapterSpec a : spec.adapters()) {
      headValues.put(a.id().module(), (long) a.rank() * (a.in() + a.out()) + 1);
    }
    this.tensorValues =
        spec.layers().stream()
            .map(LayerSpec::tensors)
            .flatMap(List::stream)
            .mapToLong(t -> t.size())
            .sum();
  }

  /** Module paths of the run's heads in the order of the model. */
  List<String> heads() {
    return heads;
  }

  List<io.winnow.cli.RunEvent> of(RunEvent event) {
    if (event instanceof RunEvent.AttemptBegan e) {
      return List.of(began(e));
    } else if (event instanceof RunEvent.StepDone e) {
      return List.of(step(e.row()));
    } else if (event instanceof RunEvent.EvaluationDone e) {
      return List.of(
          new io.winnow.cli.RunEvent.Evaluated(
              e.row().step(), new TreeMap<>(e.row().metrics()), e.isBest()));
    } else if (event instanceof RunEvent.HeadsPruned e) {
      return pruned(e);
    } else if (event instanceof RunEvent.CheckpointDone e) {
      return List.of(new io.winnow.cli.RunEvent.CheckpointCounted(e.version()));
    } else if (event instanceof RunEvent.SettingChanged e) {
      return List.of(new io.winnow.cli.RunEvent.Steered(e.step(), Map.of(e.path(), e.value())));
    }
    return List.of(); // how a run ends is told by RunEnd, notes are in the log
  }

  private io.winnow.cli.RunEvent began(RunEvent.AttemptBegan e) {
    totalSteps = e.totalSteps();
    boolean isFirst = !started;
    started = true;
    return isFirst
        ? new io.winnow.cli.RunEvent.Started(name, e.version(), totalSteps, heads.size(), workers)
        : new io.winnow.cli.RunEvent.Recovered(
            Math.toIntExact(e.attempt()), e.version(), e.reason());
  }

  private io.winnow.cli.RunEvent step(MetricsRow row) {
    if (row.skipped()) {
      return new io.winnow.cli.RunEvent.StepSkipped(
          row.step(), "loss " + row.loss() + ", gradient norm " + row.gradNorm());
    }
    return new io.winnow.cli.RunEvent.StepDone(
        row.step(),
        totalSteps,
        row.loss(),
        row.lr(),
        row.omegaLr(),
        row.gradNorm(),
        row.tokens(),
        row.seconds(),
        row.kept(),
        row.staleness() == null ? Double.NaN : row.staleness().mean());
  }

  private List<io.winnow.cli.RunEvent> pruned(RunEvent.HeadsPruned e) {
    long values = e.heads().stream().filter(h -> !h.kept()).mapToLong(this::values).sum();
    return List.of(
        new io.winnow.cli.RunEvent.Selected(
            e.step(), modules(e.heads(), true), modules(e.heads(), false)),
        new io.winnow.cli.RunEvent.Pruned(
            e.step(), values, values * (Float.BYTES + OPTIMIZER_BYTES_PER_VALUE)));
  }

  private long values(HeadView head) {
    return headValues.get(head.module());
  }

  private static List<String> modules(List<HeadView> heads, boolean kept) {
    return heads.stream().filter(h -> h.kept() == kept).map(HeadView::module).toList();
  }

  RunResults results(RunSummary summary, double seconds, @Nullable Path adapter) {
    return new RunResults(
        summary.steps(),
        seconds,
        new TreeMap<>(summary.metrics()),
        Math.max(0, summary.bestStep()),
        modules(summary.heads(), true),
        modules(summary.heads(), false),
        new RunResults.Size(
            summary.trainableBefore(),
            summary.trainableBefore() - tensorValues,
            summary.optimizerBytesBefore()),
        new RunResults.Size(
            summary.trainableAfter(),
            summary.trainableAfter() - tensorValues,
            summary.optimizerBytesAfter()),
        summary.stoppedEarly(),
        adapter);
  }
}
