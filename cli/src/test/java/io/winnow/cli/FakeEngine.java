package io.winnow.cli;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.io.MergedType;
import io.winnow.model.io.RunPlace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An engine that remembers what it was asked and plays a scripted run. */
final class FakeEngine implements Engine {
  final List<String> calls = new ArrayList<>();
  final List<UserProblem> problems = new ArrayList<>();
  final List<String> classes = new ArrayList<>();
  final List<RunEvent> events = new ArrayList<>();
  RunEnd end = new RunEnd.Paused(7, "K was changed to nothing");
  @Nullable RuntimeException failure;
  @Nullable Runnable meanwhile;

  @Override
  public List<UserProblem> check(RunConfig run) {
    calls.add("check " + run.name());
    return problems;
  }

  @Override
  public void control(ControlPort port) {} // nothing runs here

  @Override
  public RunHandle train(RunConfig run, RunPlace place, RunListener listener) {
    calls.add("train " + place.runId());
    makeStore(place);
    return play(listener);
  }

  @Override
  public List<String> classes(RunConfig run) {
    return classes;
  }

  @Override
  public RunHandle resume(RunConfig run, RunPlace place, RunListener listener) {
    calls.add("resume " + place.runId());
    return play(listener);
  }

  @Override
  public List<UserProblem> checkMethod(RunConfig run, long steps) {
    return problems;
  }

  @Override
  public RunGroup group(Path store, int workers) {
    throw new UnsupportedOperationException("group");
  }

  @Override
  public int workers(RunConfig run) {
    return 1;
  }

  @Override
  public RunOutlook outlook(RunConfig run) {
    return new RunOutlook(24, 625);
  }

  private RunHandle play(RunListener listener) {
    if (failure != null) {
      throw failure;
    }
    return new RunHandle() {
      @Override
      public RunEnd await() {
        events.forEach(listener::on);
        if (meanwhile != null) {
          meanwhile.run();
        }
        return end;
      }

      @Override
      public void stop() {
        calls.add("stop");
      }
    };
  }

  private static void makeStore(RunPlace place) {
    try {
      Files.createDirectories(place.store());
    } catch (IOException problem) {
      throw new UncheckedIOException(problem);
    }
  }

  @Override
  public SortedMap<String, Double> evaluate(RunPlace place, @Nullable Path data) {
    calls.add("evaluate " + place.runId() + " " + data);
    return new TreeMap<>(Map.of("accuracy", 0.5));
  }

  @Override
  public void generate(GenerationRequest request, Consumer<String> lines) {
    throw new UnsupportedOperationException("generate");
  }

  @Override
  public SortedMap<String, Double> evaluate(
      RunConfig settings, @Nullable Path adapter, @Nullable Path data) {
    calls.add("evaluate " + settings.model().path().getFileName() + " " + adapter + " " + data);
    return new TreeMap<>(Map.of("accuracy", 0.25, "matthews_correlation", Double.NaN));
  }

  @Override
  public void predict(RunPlace place, Path data, Consumer<String> rows) {
    rows.accept("label");
    rows.accept("1");
  }

  @Override
  public List<String> export(RunPlace place, Path target, ExportProfile profile) {
    return List.of("wrote " + target + " " + profile);
  }

  @Override
  public List<String> merge(RunPlace place, Path target, MergedType type) {
    return List.of("merged " + place.runId() + " into " + target + " " + type);
  }

  @Override
  public List<String> merge(Path adapter, Path base, Path target, MergedType type) {
    return List.of("merged " + adapter + " and " + base + " into " + target + " " + type);
  }

  @Override
  public List<String> takeover(RunConfig run) {
    return List.of("takes over " + run.method().startFrom());
  }

  @Override
  public List<String> inspect(Path folder, HeadsView view) {
    return List.of("a folder");
  }

  @Override
  public void remove(RunPlace place) {
    calls.add("remove " + place.runId());
  }

  @Override
  public Map<String, Object> bench(String shape, int steps) {
    return Map.of("shape", shape);
  }

  @Override
  public void close() {
    calls.add("close");
  }
}
