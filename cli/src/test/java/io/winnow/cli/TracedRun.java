package io.winnow.cli;

import io.winnow.model.explain.TracePoint;
import io.winnow.model.io.HeadsFile;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.StatusFile;
import java.nio.file.Path;
import java.util.List;

/** Folders of runs whose traces are made up; without a store, which nothing here may need. */
final class TracedRun {
  static final List<String> HEADS =
      List.of("model.layers.0.q_proj", "model.layers.0.k_proj", "model.layers.1.q_proj");

  private static final List<Integer> ALL = List.of(4, 4, 4);

  private TracedRun() {}

  /** A run of this method before its first step. */
  static RunFolder begun(Path path, String method) {
    RunFolder run = new RunFolder(path);
    run.create();
    run.write(
        run.runConf(),
        "model.path = model\ndata.train = train.tsv\ntraining.steps = 10\nmethod." + method + "\n");
    run.append(run.heads(), List.of(HeadsFile.header(HEADS)));
    return run;
  }

  static void add(RunFolder run, TracePoint... points) {
    for (TracePoint point : points) {
      run.append(run.heads(), List.of(HeadsFile.line(point)));
      new StatusFile("training", point.step(), 10, "").writeTo(run);
    }
  }

  /** K = 1: two projections, the second of which brings a head back, and the selection at 6. */
  static RunFolder selected(Path path) {
    RunFolder run = begun(path, "keep = 1\nselection.at = 6\nselection.every = 2");
    add(
        run,
        new TracePoint(1, List.of(1f, 1f, 1f), ALL, List.of()),
        new TracePoint(2, List.of(1.2f, 0f, 0f), ALL, List.of(1.2f, 0.9f, 0.8f)),
        new TracePoint(3, List.of(1.1f, 0.3f, -0.1f), ALL, List.of()),
        new TracePoint(4, List.of(0f, 1.1f, 0f), ALL, List.of(1f, 1.1f, 0.1f)),
        new TracePoint(5, List.of(0.9f, 1.1f, 0.1f), ALL, List.of()),
        new TracePoint(6, List.of(0f, 1.3f, 0f), List.of(0, 4, 0), List.of(1.04f, 1.3f, 0.2f)),
        new TracePoint(10, List.of(0f, 1.5f, 0f), List.of(0, 4, 0), List.of()));
    return run;
  }
}
