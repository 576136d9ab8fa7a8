package io.winnow.actors.run;

import io.winnow.model.train.Sampler;
import io.winnow.model.train.SelectionState;
import io.winnow.protocol.CheckpointId;
import io.winnow.protocol.HeadView;
import io.winnow.protocol.MetricsRow;
import io.winnow.protocol.RunSummary;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One journal event of each kind, as the golden files in resources/journal-1 have them. */
final class SampleEvents {
  private static final CheckpointId CHECKPOINT = new CheckpointId(2, 14);

  static final Map<Class<?>, RunEventRecord> ALL =
      Stream.of(
              new RunEventRecord.Submitted("name = quick\nseed = 1\n"),
              new RunEventRecord.AttemptTaken(2, new CheckpointId(1, 7), "found interrupted"),
              new RunEventRecord.FingerprintsTaken(new Fingerprints("b4se", "cpu/1", "d4ta")),
              new RunEventRecord.CheckpointNamed(CHECKPOINT),
              new RunEventRecord.CheckpointCounted(CHECKPOINT, progress(14, 10), rows()),
              new RunEventRecord.SettingChanged(9, new SettingChange("optimizer.lr", "5e-4")),
              new RunEventRecord.Reconfigured(
                  "name = quick\nseed = 1\nworkers.count = 2\n",
                  List.of(new Steering.Journalled(9, new SettingChange("optimizer.lr", "5e-4")))),
              new RunEventRecord.Paused(14, "a person said so"),
              new RunEventRecord.Resumed(),
              new RunEventRecord.Finished(summary("")),
              new RunEventRecord.Removed())
          .collect(Collectors.toMap(RunEventRecord::getClass, Function.identity()));

  private SampleEvents() {}

  static Progress progress(long version, long bestVersion) {
    return new Progress(
        version,
        new Sampler.Position(2, 48),
        new SelectionState(12, 1),
        List.of("block.0", "head"),
        10,
        Map.of("accuracy", 0.75, "loss", 0.5),
        bestVersion,
        Map.of("accuracy", 0.75, "loss", 0.5),
        1.5,
        3000,
        2,
        null,
        null);
  }

  /** A step that was skipped, since its loss was no number, and an evaluation. */
  private static List<MetricsRow> rows() {
    return List.of(
        new MetricsRow(
            MetricsRow.Kind.STEP,
            13,
            Double.NaN,
            0.001,
            0.01,
            Double.POSITIVE_INFINITY,
            245,
            0.25,
            3,
            true,
            Map.of()),
        new MetricsRow(
            MetricsRow.Kind.EVALUATION,
            14,
            0.5,
            0,
            0,
            Double.NEGATIVE_INFINITY,
            0,
            0,
            3,
            false,
            Map.of("accuracy", 0.75, "pearson", Double.NaN)));
  }

  static RunSummary stoppedEarly() {
    return summary("it waited in vain");
  }

  private static RunSummary summary(String stoppedEarly) {
    return new RunSummary(
        "weightlora",
        25,
        Map.of("accuracy", 0.75),
        Map.of("accuracy", 0.8),
        20,
        List.of(new HeadView("block.0.query", 1.25f, 8, true), new HeadView("v", 0f, 0, false)),
        1000,
        400,
        8000,
        3200,
        2.5,
        1200.0,
        2,
        stoppedEarly,
        0,
        0);
  }
}
