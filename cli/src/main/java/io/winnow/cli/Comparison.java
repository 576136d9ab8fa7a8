package io.winnow.cli;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfig.Training.Metric;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.io.AtomicFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is compared, as compare.json has it: everything is decided before the first run begins, so
 * that whoever goes on does the same.
 *
 * @param format of the file; 1
 * @param name of the run.conf
 * @param methods as they were asked for; the first is what the others are compared with
 * @param keep the Ks; empty = as the run.conf says
 * @param seeds of each row of the table
 * @param heads LoRA heads of the model
 * @param steps optimizer steps of each run
 * @param cells the runs
 */
record Comparison(
    int format,
    String name,
    List<String> methods,
    List<Integer> keep,
    List<Long> seeds,
    int heads,
    long steps,
    List<Cell> cells) {
  static final int FORMAT = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  Comparison {
    methods = List.copyOf(methods);
    keep = List.copyOf(keep);
    seeds = List.copyOf(seeds);
    cells = List.copyOf(cells);
  }

  /**
   * One run.
   *
   * @param run its name and folder
   * @param keep K; 0 where the method has none, or where the run.conf says it
   * @param config resolved
   */
  record Cell(String run, String method, int keep, long seed, String config) {
    RunConfig resolved() {
      return RunConfigReader.readText(config, run);
    }
  }

  /** The metric of the table: the one that chooses the best checkpoint of each run. */
  @JsonIgnore
  Metric metric() {
    return cells.get(0).resolved().training().best();
  }

  /** A comparison that was begun. */
  static Comparison read(Path file) {
    try {
      Comparison found = JSON.treeToValue(JsonFiles.readObject(file), Comparison.class);
      if (found.format != FORMAT) {
        throw UserProblem.failure(
            file + ": format " + found.format + "; this version of Winnow knows " + FORMAT);
      }
      return found;
    } catch (JsonProcessingException | NullPointerException damaged) {
      throw UserProblem.failure(file + " is no comparison, or is damaged", damaged);
    }
  }

  void write(Path file) {
    try {
      AtomicFile.writeText(
          file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a comparison has no JSON form", e);
    }
  }

  /** What another one has otherwise, a line each; empty if they are the same. */
  List<String> differencesTo(Comparison other) {
    List<String> differences = new ArrayList<>();
    add(differences, "--methods", methods, other.methods);
    add(differences, "--keep", keep, other.keep);
    add(differences, "--seeds", seeds, other.seeds);
    differences.addAll(settingsThatDiffer(other));
    if (differences.isEmpty() && !equals(other)) {
      add(
          differences,
          "the model or its data",
          heads + " heads, " + steps + " steps",
          other.heads + " heads, " + other.steps + " steps");
    }
    return differences;
  }

  private static void add(List<String> differences, String what, Object here, Object there) {
    if (!here.equals(there)) {
      differences.add(what + ": " + here + " before, " + there + " now");
    }
  }

  private Set<String> settingsThatDiffer(Comparison other) {
    Map<String, Cell> others = new LinkedHashMap<>();
    other.cells.forEach(cell -> others.put(cell.run, cell));
    Set<String> differences = new LinkedHashSet<>();
    for (Cell cell : cells) {
      Cell now = others.get(cell.run);
      if (now != null && !now.equals(cell)) {
        Map<String, String> before = settings(cell.config);
        Map<String, String> after = settings(now.config);
        Set<String> paths = new LinkedHashSet<>(before.keySet());
        paths.addAll(after.keySet());
        for (String path : paths) {
          String was = before.getOrDefault(path, "not set");
          String is = after.getOrDefault(path, "not set");
          if (!was.equals(is)) {
            differences.add(path + ": " + was + " before, " + is + " now");
          }
        }
      }
    }
    return differences;
  }

  /** A resolved configuration has a setting on each line. */
  private static Map<String, String> settings(String config) {
    Map<String, String> settings = new LinkedHashMap<>();
    config
        .lines()
        .map(line -> line.split(" = ", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> settings.put(parts[0], parts[1]));
    return settings;
  }
}
