package io.winnow.cli;

import io.winnow.cli.Comparison.Cell;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.NearestName;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.config.RunVariants;
import io.winnow.model.config.RunVariants.Variant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** What a user asks to compare; checked as a whole before anything runs. */
record ComparisonRequest(
    Path file, List<String> set, List<String> methods, List<Integer> keep, int seeds) {
  private static final List<String> KNOWN =
      Arrays.stream(Method.Name.values()).map(Method.Name::text).toList();

  /** A setting of one method: its name, and what {@code --set} takes. */
  private static final Pattern OF_METHOD = Pattern.compile("([a-z+]+):([^=:]+=.*)");

  /**
   * Every run of the comparison, resolved.
   *
   * @throws UserProblem that lists all that is wrong with any of them
   */
  Comparison resolve(Engine engine) {
    List<Method.Name> names = names();
    requireNumbers();
    RunVariants variants = variants();
    RunConfig plain = variants.allHeads();
    if (plain.data().validation() == null) {
      throw UserProblem.usage(
          file
              + ": data.validation is not set, and runs are compared by what it gives; set it, for"
              + " example by --set data.validation=FILE");
    }
    RunCommand.check(engine, plain, file);
    RunOutlook outlook = engine.outlook(plain);
    List<Long> all =
        LongStream.range(plain.seed(), Math.addExact(plain.seed(), (long) seeds)).boxed().toList();
    List<Integer> ks = keep.stream().distinct().toList();
    List<Variant> grid = RunVariants.grid(names, ks, all);
    List<RunConfig> runs = variants.all(grid, outlook.heads());
    checkMethods(engine, grid, runs, outlook.steps());
    return new Comparison(
        Comparison.FORMAT,
        plain.name(),
        names.stream().map(Method.Name::text).toList(),
        ks,
        all,
        outlook.heads(),
        outlook.steps(),
        cells(grid, runs));
  }

  /** Settings of all runs, and {@code METHOD:path=value} of one method's. */
  private RunVariants variants() {
    List<String> ofAll = new ArrayList<>();
    Map<Method.Name, List<String>> ofMethods = new EnumMap<>(Method.Name.class);
    for (String setting : set) {
      Matcher matcher = OF_METHOD.matcher(setting);
      if (matcher.matches()) {
        ofMethods
            .computeIfAbsent(name("--set", matcher.group(1)), m -> new ArrayList<>())
            .add(matcher.group(2));
      } else {
        ofAll.add(setting);
      }
    }
    return RunVariants.read(file, ofAll, ofMethods);
  }

  private List<Method.Name> names() {
    if (methods.isEmpty()) {
      throw UserProblem.usage(
          "--methods is missing: which of " + String.join(", ", KNOWN) + " are to be compared?");
    }
    return methods.stream().map(method -> name("--methods", method)).distinct().toList();
  }

  private static Method.Name name(String option, String method) {
    int place = KNOWN.indexOf(method.strip());
    if (place < 0) {
      String hint = NearestName.hint(method, KNOWN);
      throw UserProblem.usage(
          option
              + " "
              + method
              + ": expected one of "
              + String.join(", ", KNOWN)
              + (hint.isEmpty() ? "" : " (" + hint + ")"));
    }
    return Method.Name.values()[place];
  }

  private void requireNumbers() {
    if (seeds < 1) {
      throw UserProblem.usage("--seeds " + seeds + ": expected at least 1");
    }
    for (int k : keep) {
      if (k < 1) {
        throw UserProblem.usage("--keep " + k + ": expected a number of heads, at least 1");
      }
    }
  }

  /** Seeds do not matter to what can be wrong, so the first of each row speaks for all. */
  private void checkMethods(Engine engine, List<Variant> grid, List<RunConfig> runs, long steps) {
    Map<String, UserProblem> problems = new LinkedHashMap<>();
    for (int i = 0; i < runs.size(); i++) {
      if (grid.get(i).seed() == grid.get(0).seed()) {
        String name = runs.get(i).name();
        for (UserProblem problem : engine.checkMethod(runs.get(i), steps)) {
          problems.put(name, UserProblem.usage(name + ": " + problem.getMessage()));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw UserProblem.of(file.toString(), List.copyOf(problems.values()));
    }
  }

  private static List<Cell> cells(List<Variant> grid, List<RunConfig> runs) {
    List<Cell> cells = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Variant variant = grid.get(i);
      cells.add(
          new Cell(
              runs.get(i).name(),
              variant.method().text(),
              variant.keep(),
              variant.seed(),
              RunConfigWriter.render(runs.get(i))));
    }
    return cells;
  }
}
