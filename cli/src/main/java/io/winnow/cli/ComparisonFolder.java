package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.compute.FileProblems;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.io.AtomicFile;
import io.winnow.model.io.RunLock;
import io.winnow.model.io.RunPlace;
import io.winnow.model.io.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The folder of a comparison: compare.json, a workspace with its runs and their store, and what
 * came out. The tables are projections of the runs' results and are written anew after each run.
 */
record ComparisonFolder(Path path) {

  ComparisonFolder {
    path = path.toAbsolutePath().normalize();
  }

  Path definition() {
    return path.resolve("compare.json");
  }

  Path log() {
    return path.resolve("compare.log");
  }

  /** Whether a comparison was begun here. */
  boolean isComparison() {
    return Files.isRegularFile(definition());
  }

  /**
   * Makes this the folder of a comparison, or finds that it is the one of the same.
   *
   * @throws UserProblem (exit code 2) if another one was begun here, or it holds something else
   */
  void begin(Comparison comparison) {
    if (isComparison()) {
      requireSame(Comparison.read(definition()), comparison);
      return;
    }
    requireFree();
    create(path);
    create(runs().store());
    comparison.write(definition());
  }

  private void requireSame(Comparison before, Comparison now) {
    List<String> differences = before.differencesTo(now);
    if (!differences.isEmpty()) {
      throw UserProblem.usage(
          path
              + " holds another comparison:\n  "
              + String.join("\n  ", differences)
              + "\n  Go on with that one by: winnow compare "
              + path
              + "\n  or give this one a folder of its own: --out DIR");
    }
  }

  private void requireFree() {
    if (Files.isRegularFile(path)) {
      throw UserProblem.usage(path + " is a file; give --out a new folder");
    }
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.anyMatch(file -> !file.equals(runs().store()))) {
          throw UserProblem.usage(path + " is in use for something else; give --out a new folder");
        }
      } catch (IOException problem) {
        throw FileProblems.unreadable(path.toString(), problem);
      }
    }
  }

  private static void create(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException problem) {
      throw FileProblems.unwritable(folder.toString(), problem);
    }
  }

  private Workspace runs() {
    return new Workspace(path);
  }

  /** Folder of the store of all runs. */
  Path store() {
    return runs().store();
  }

  /** Where a run lives. */
  RunPlace place(Cell cell) {
    return runs().run(cell.run());
  }

  /** Takes the comparison for this process. */
  RunLock lock() {
    return RunLock.take(path.resolve("compare.lock"));
  }

  /** Results of the runs that have finished, by the runs' names. */
  Map<String, CellResult> results(Comparison comparison) {
    Map<String, CellResult> results = new TreeMap<>();
    String metric = comparison.metric().name();
    for (Cell cell : comparison.cells()) {
      CellResult result = CellResult.of(place(cell).folder(), metric);
      if (result != null) {
        results.put(cell.run(), result);
      }
    }
    return results;
  }

  /** Writes what came out so far in all its forms; each file is replaced whole. */
  ComparisonTable writeTable(Comparison comparison) {
    ComparisonTable table = ComparisonTable.of(comparison, results(comparison));
    write("table.txt", ComparisonText.of(table));
    write("table.csv", ComparisonCsv.rows(table));
    write("runs.csv", ComparisonCsv.runs(table));
    write("table.json", ComparisonJson.of(table));
    return table;
  }

  /**
   * Draws what came out so far.
   *
   * @throws UserProblem (exit code 1) where this machine has no fonts
   */
  void drawPlot(ComparisonTable table) {
    for (String name : List.of("plot.svg", "plot.png")) {
      PlotFile.of(path.resolve(name)).draw(ComparisonPlot.of(table));
    }
  }

  private void write(String name, String text) {
    AtomicFile.writeText(path.resolve(name), text);
  }
}
