package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.winnow.model.config.RunConfig.AdaLora;
import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.config.RunConfig.Selection;
import io.winnow.model.train.Budget;
import io.winnow.model.train.ExpansionRule;
import io.winnow.model.train.ExpansionSettings;
import io.winnow.model.train.Importance;
import io.winnow.model.train.SelectionSettings.AfterSelection;
import io.winnow.model.train.SelectionSettings.OmegaAfter;
import io.winnow.model.train.SelectionSettings.Rule;
import io.winnow.model.train.TripletRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Binds what says which heads stay, when, and what becomes of them. */
final class SelectionBinder {
  /** Ways to say what may stay; only one of them is given. */
  static final List<String> BUDGETS =
      List.of("method.keep", "method.keep-parameters", "method.keep-fraction");

  private static final String ROUND = "{ at = 40, keep = 36 }";

  /** Which methods a setting or section has a meaning for. */
  private static final Map<String, List<Method.Name>> MEANT_FOR =
      Map.ofEntries(
          entry(
              "method.init-a",
              Method.Name.LORA,
              Method.Name.RSLORA,
              Method.Name.RAND,
              Method.Name.WEIGHTLORA,
              Method.Name.WEIGHTLORA_PLUS),
          entry("method.keep", Method.Name.WEIGHTLORA, Method.Name.RAND),
          entry("method.keep-parameters", Method.Name.WEIGHTLORA),
          entry("method.keep-fraction", Method.Name.WEIGHTLORA),
          entry("selection", Method.Name.WEIGHTLORA, Method.Name.WEIGHTLORA_PLUS),
          entry("selection.at", Method.Name.WEIGHTLORA),
          entry("selection.every", Method.Name.WEIGHTLORA),
          entry("selection.after-selection", Method.Name.WEIGHTLORA),
          entry("selection.rounds", Method.Name.WEIGHTLORA),
          entry("expansion", Method.Name.WEIGHTLORA_PLUS),
          entry("adalora", Method.Name.ADALORA));

  private final Values values;
  private final Config known;
  private final Config said;
  private final ConfigProblems problems;

  SelectionBinder(Values values, Config known, Config said, ConfigProblems problems) {
    this.values = values;
    this.known = known;
    this.said = said;
    this.problems = problems;
  }

  private static Map.Entry<String, List<Method.Name>> entry(String path, Method.Name... methods) {
    return Map.entry(path, List.of(methods));
  }

  /** Whether a method is told K. */
  static boolean takesKeep(Method.Name method) {
    return MEANT_FOR.get("method.keep").contains(method);
  }

  /** Settings and sections that a method refuses. */
  static List<String> withoutMeaning(Method.Name method) {
    return MEANT_FOR.entrySet().stream()
        .filter(entry -> !entry.getValue().contains(method))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  Selection selection(Method.Name method) {
    refuseWhatHasNoMeaning(method);
    return switch (method) {
      case LORA, RSLORA -> Selection.none(0);
      case RAND -> Selection.none(keep());
      case WEIGHTLORA -> selecting();
      case WEIGHTLORA_PLUS -> expanding();
      case ADALORA -> Selection.ofTriplets(adalora());
    };
  }

  /** A section that is refused as a whole is not refused by its parts, too. */
  private void refuseWhatHasNoMeaning(Method.Name method) {
    boolean selects = MEANT_FOR.get("selection").contains(method);
    new TreeMap<>(MEANT_FOR)
        .forEach(
            (path, methods) -> {
              boolean isSaid = path.startsWith("selection.") && !selects;
              if (said.hasPath(path) && !methods.contains(method) && !isSaid) {
                problems.add(
                    path,
                    "has no meaning for method " + Values.kebab(method),
                    methods.stream().map(Values::kebab).collect(Collectors.joining(" or ")));
              }
            });
  }

  private int keep() {
    if (!values.has("method.keep")) {
      problems.add("method.keep", "not set", "K, the number of heads to keep, of at least 1");
      return 1;
    }
    return values.wholeInt("method.keep", 1);
  }

  private Budget budget() {
    List<String> given = BUDGETS.stream().filter(known::hasPath).toList();
    if (given.size() > 1) {
      problems.add(given.get(1), "given together with " + given.get(0), "only one of the two");
    }
    if (given.contains("method.keep-parameters")) {
      return new Budget.Parameters(values.whole("method.keep-parameters", 1, Long.MAX_VALUE));
    } else if (given.contains("method.keep-fraction")) {
      return new Budget.Fraction(values.decimal("method.keep-fraction", Range.SHARE));
    }
    return new Budget.Heads(keep());
  }

  private Selection selecting() {
    Budget budget = budget();
    int before = problems.all().size();
    Selection selection =
        new Selection(
            budget,
            values.choice("selection.rule", Rule.class),
            values.steps("selection.at", 1, "never"),
            values.steps("selection.every", 1, "at-end"),
            values.choice("selection.omega-after", OmegaAfter.class),
            values.choice("selection.after-selection", AfterSelection.class),
            rounds(),
            null);
    if (problems.all().size() == before) {
      check(selection);
    }
    return selection;
  }

  private void check(Selection selection) {
    if (selection.at() instanceof StepCount.Never) {
      if (selection.every() instanceof StepCount.Never && selection.rounds().isEmpty()) {
        problems.add("selection", "at = never and every = at-end never select", "one of them");
      }
      if (selection.afterSelection() == AfterSelection.RESTART) {
        problems.add("selection.after-selection", "restart, but selection.at is never", "a step");
      }
    }
    int most = Integer.MAX_VALUE;
    for (Selection.Round round : selection.rounds()) {
      requireNoMore("selection.rounds", round.keep(), most);
      most = round.keep();
    }
    requireNoMore("method.keep", selection.keep(), most);
  }

  private void requireNoMore(String path, int keep, int before) {
    if (keep > before) {
      problems.add(
          path,
          keep + " heads after a round that keeps " + before,
          "at most " + before + ", as what was disconnected does not come back");
    }
  }

  private List<Selection.Round> rounds() {
    String path = "selection.rounds";
    if (!values.isList(path)) {
      values.wrong(path, "a list [" + ROUND + "]", "");
      return List.of();
    }
    List<Selection.Round> rounds = new ArrayList<>();
    for (ConfigValue item : (ConfigList) values.value(path)) {
      rounds.add(round(path + "[" + rounds.size() + "]", item));
    }
    return rounds;
  }

  private Selection.Round round(String path, ConfigValue item) {
    if (item.valueType() != ConfigValueType.OBJECT
        || !((ConfigObject) item).keySet().equals(Set.of("at", "keep"))) {
      problems.add(path, Values.describe(item), ROUND);
      return new Selection.Round(StepCount.never(), 1);
    }
    ConfigProblems inner = new ConfigProblems();
    Values parts = new Values(((ConfigObject) item).toConfig(), inner);
    Selection.Round round =
        new Selection.Round(parts.steps("at", 1, "never"), parts.wholeInt("keep", 1));
    inner
        .all()
        .forEach(
            p ->
                problems.add(
                    new ConfigProblem(path + "." + p.path(), p.found(), p.expected(), p.hint())));
    return round;
  }

  /** The last expansion is the final selection. */
  private Selection expanding() {
    ExpansionSettings expansion =
        new ExpansionSettings(
            values.whole("expansion.every", 1, Integer.MAX_VALUE),
            (int) values.whole("expansion.times", 1, 30),
            values.choice("expansion.rule", ExpansionRule.class));
    return new Selection(
        new Budget.Heads(0),
        values.choice("selection.rule", Rule.class),
        StepCount.of(expansion.every() * expansion.times()),
        StepCount.never(),
        values.choice("selection.omega-after", OmegaAfter.class),
        AfterSelection.CONTINUE,
        List.of(),
        expansion);
  }

  private AdaLora adalora() {
    Importance.Smoothing smoothing =
        new Importance.Smoothing(
            values.single("adalora.beta1", Range.BELOW_ONE),
            values.single("adalora.beta2", Range.BELOW_ONE));
    return new AdaLora(
        values.decimal("adalora.target-rank", Range.POSITIVE),
        values.stepsOrShare("adalora.warmup", 0),
        values.stepsOrShare("adalora.rest", 1),
        values.whole("adalora.every", 1, Long.MAX_VALUE),
        new TripletRule(values.single("adalora.orthogonality", Range.NOT_NEGATIVE), smoothing));
  }
}
