package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.config.RunConfigReader.Given;
import io.winnow.model.config.RunConfigReader.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The runs that one run.conf stands for when methods are compared: each with a method, a K and a
 * seed of its own, and all else as the run.conf says. What has no meaning for a method is left out
 * for it, so that a run.conf of weightlora, with its selection, serves lora too.
 */
public final class RunVariants {
  private static final String ADALORA = "adalora";

  private final Path file;
  private final Source source;
  private final Config known;
  private final Map<Method.Name, Config> ofMethods;

  private RunVariants(Path file, Source source, Config known, Map<Method.Name, Config> ofMethods) {
    this.file = file;
    this.source = source;
    this.known = known;
    this.ofMethods = ofMethods;
  }

  /**
   * One run of a comparison.
   *
   * @param keep K; 0 for methods that have none, or as the run.conf says
   */
  public record Variant(Method.Name method, int keep, long seed) {
    /** What names its folder: {@code weightlora-k5-seed1}, {@code lora-seed0}. */
    public String name() {
      return label().replace(' ', '-') + "-seed" + seed;
    }

    /** The same without the seed, for messages: {@code weightlora k5}. */
    private String label() {
      String word = method.text().replace("+", "-plus");
      return keep == 0 ? word : word + " k" + keep;
    }
  }

  /**
   * What a file and a command line say.
   *
   * @param overrides as {@link RunConfigReader#read} has them
   * @param ofMethods more of them for one method alone
   * @throws UserProblem (exit code 2) if the file cannot be read, has keys that do not exist, or a
   *     method is given what has no meaning for it
   */
  public static RunVariants read(
      Path file, List<String> overrides, Map<Method.Name, List<String>> ofMethods) {
    Given given = RunConfigReader.given(file, overrides);
    Map<Method.Name, Config> own = new EnumMap<>(Method.Name.class);
    ofMethods.forEach((method, more) -> own.put(method, own(file, overrides, method, more)));
    Source plain = new Source(given.source().folder(), given.source().defaultName(), true, false);
    return new RunVariants(file, plain, known(file, given), own);
  }

  private static Config known(Path file, Given given) {
    ConfigProblems problems = new ConfigProblems();
    Config known = RunConfigReader.known(given.written(), given.set(), problems);
    problems.throwIfAny(file.toString());
    return known;
  }

  private static Config own(
      Path file, List<String> overrides, Method.Name method, List<String> more) {
    Config set = RunConfigReader.given(file, more).set();
    for (String path : SelectionBinder.withoutMeaning(method)) {
      if (set.hasPath(path)) {
        throw UserProblem.usage(
            "--set %s:%s: it has no meaning for this method".formatted(method.text(), path));
      }
    }
    List<String> both = new ArrayList<>(overrides);
    both.addAll(more);
    return known(file, RunConfigReader.given(file, both));
  }

  /** Whether a method is compared at every K; the others have one row whatever K is. */
  public static boolean takesKeep(Method.Name method) {
    return SelectionBinder.takesKeep(method) || method.text().equals(ADALORA);
  }

  /** Every method at every K it has, with every seed; the seeds of one row stand together. */
  public static List<Variant> grid(
      List<Method.Name> methods, List<Integer> keeps, List<Long> seeds) {
    List<Variant> variants = new ArrayList<>();
    for (Method.Name method : methods) {
      for (int keep : takesKeep(method) && !keeps.isEmpty() ? keeps : List.of(0)) {
        seeds.forEach(seed -> variants.add(new Variant(method, keep, seed)));
      }
    }
    return variants;
  }

  /**
   * The run that all variants are measured against: lora, which has every head and no K.
   *
   * @throws UserProblem (exit code 2) as {@link RunConfigReader#read}
   */
  public RunConfig allHeads() {
    ConfigProblems problems = new ConfigProblems();
    Config lora = without(known, Method.Name.LORA).withValue("method.name", value("lora"));
    RunConfig run = new RunConfigBinder(source, lora, lora, problems).bind();
    problems.throwIfAny(file.toString());
    return run;
  }

  /**
   * The configurations of these runs, in their order.
   *
   * @param heads heads that a run of all heads has
   * @throws UserProblem (exit code 2) that lists every problem once, with the runs that have it
   */
  public List<RunConfig> all(List<Variant> variants, int heads) {
    Map<String, List<String>> found = new LinkedHashMap<>();
    List<RunConfig> runs = new ArrayList<>();
    for (Variant variant : variants) {
      ConfigProblems problems = new ConfigProblems();
      Config config = of(variant, heads);
      runs.add(new RunConfigBinder(source, config, config, problems).bind());
      for (ConfigProblem problem : problems.all()) {
        found.computeIfAbsent(problem.toString(), p -> new ArrayList<>()).add(variant.name());
      }
    }
    if (!found.isEmpty()) {
      throw UserProblem.of(
          file.toString(),
          found.entrySet().stream()
              .map(e -> UserProblem.usage(whose(e.getValue(), variants.size()) + e.getKey()))
              .toList());
    }
    return runs;
  }

  /** Nothing where all have the problem. */
  private static String whose(List<String> names, int all) {
    if (names.size() == all) {
      return "";
    }
    return names.get(0) + (names.size() > 1 ? " and " + (names.size() - 1) + " more" : "") + ": ";
  }

  private Config of(Variant variant, int heads) {
    Config config = without(ofMethods.getOrDefault(variant.method(), known), variant.method());
    if (variant.keep() > 0) {
      config = withKeep(config, variant, heads);
    }
    return config
        .withValue("method.name", value(variant.method().text()))
        .withValue("seed", value(variant.seed()))
        .withValue("name", value(variant.name()));
  }

  /** K in place of every other budget, and for AdaLoRA the rank at which it has as many values. */
  private static Config withKeep(Config config, Variant variant, int heads) {
    if (variant.method().text().equals(ADALORA)) {
      Config rank = config.withFallback(ReferenceConfig.values());
      double target = rank.getDouble("method.rank") * variant.keep() / heads;
      return config.withValue("adalora.target-rank", value(target));
    }
    Config without = config;
    for (String budget : SelectionBinder.BUDGETS) {
      without = without.withoutPath(budget);
    }
    return without.withValue("method.keep", value(variant.keep()));
  }

  private static Config without(Config config, Method.Name method) {
    Config left = config;
    for (String path : SelectionBinder.withoutMeaning(method)) {
      left = left.withoutPath(path);
    }
    return method.movesOmega() ? left : left.withoutPath("optimizer.omega");
  }

  private static ConfigValue value(Object plain) {
    return ConfigValueFactory.fromAnyRef(plain, "compare");
  }
}
