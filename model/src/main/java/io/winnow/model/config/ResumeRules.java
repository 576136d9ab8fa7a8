package io.winnow.model.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.winnow.model.config.RunConfig.ScriptedCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What may be another in the configuration of a run that goes on, and what follows from it. A
 * change that has no part in the bytes is taken over; one that a command could make becomes a
 * command that holds from the next step on; everything else is refused with its reason. A pure
 * function, so that who asks and who journals decide alike.
 */
public final class ResumeRules {
  /** What becomes of a change. */
  public enum Kind {
    MAY_CHANGE("may change"),
    NEXT_STEP("from the next step on"),
    FIXED("fixed");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** As a person reads it. */
    public String words() {
      return words;
    }
  }

  /**
   * The rule of a setting, or of those of a section that have none of their own.
   *
   * @param why half a sentence that stands after "since"
   */
  public record Rule(String path, Kind kind, String why) {}

  /** All rules, in the order of the reference. */
  public static final List<Rule> TABLE =
      List.of(
          fixed("name", "it names the run in its store"),
          fixed("seed", "everything random follows from it"),
          may("model.path", "the weights' fingerprint decides whether it is the same model"),
          may("model.recompute", "the bytes do not depend on what is kept"),
          fixed("model", "every step was computed with it"),
          fixed("task", "it says what the outputs mean"),
          may("data.train", "the fingerprint of the examples decides whether they are the same"),
          may("data.validation", "the fingerprint of the examples decides, as for data.train"),
          fixed("data", "the examples follow from it"),
          may("generation", "training does not generate"),
          next("method.keep", "K is read when heads are selected"),
          may("method.start-from", "the fingerprint decides whether it is the same adapter"),
          fixed("method", "the trained values follow from it"),
          fixed("selection", "what was selected so far followed from it"),
          fixed("expansion", "what was selected so far, and the ranks, followed from it"),
          fixed(
              "adalora",
              "what was selected so far, and the importance of triplets, followed from it"),
          next("optimizer.lr", "it is read at each step"),
          next("optimizer.weight-decay", "it is read at each step"),
          next("optimizer.clip", "it is read at each step"),
          next("optimizer.omega.lr", "it is read at each step"),
          fixed("optimizer", "the optimizer's state belongs to it"),
          fixed("schedule", "the learning rates so far followed from it"),
          next("training.evaluate-every", "it has no part in what is trained"),
          fixed("training.steps", "schedule and selection are counted on the length of the run"),
          fixed("training.epochs", "schedule and selection are counted on the length of the run"),
          fixed("training.best", "the best checkpoint so far was chosen by it"),
          fixed("training.early-stopping", "the evaluations so far were counted by it"),
          fixed("training", "position in the data and order of sums follow from it"),
          next("checkpoint.every", "it has no part in what is trained"),
          may("failure", "it says only when to ask and when to give up"),
          may("workers", "the bytes do not depend on who computes"),
          fixed("wire", "gradients and parameters so far were rounded to it"),
          may("priority", "it says only who waits for whom"),
          next("commands", "those of steps that are done are part of the result"));

  private static final Rule NO_RULE = fixed("", "it may be part of the result");

  /**
   * Where a run stands.
   *
   * @param done steps that count
   */
  public record Standing(long done, boolean isFinished) {}

  /**
   * What a run goes on with.
   *
   * @param config what holds from now on, if nothing is refused
   * @param changed path to value of what is another than before
   * @param refused what cannot change, with both values and the reason
   */
  public record Resumption(
      RunConfig config, Map<String, String> changed, List<ConfigProblem> refused) {
    public Resumption {
      refused = List.copyOf(refused);
    }

    /** Whether the run goes on as it is. */
    public boolean isAsBefore() {
      return changed.isEmpty() && refused.isEmpty();
    }
  }

  private final RunConfig before;
  private final RunConfig found;
  private final Standing standing;
  private final Config was;
  private final Config is;
  private final Map<String, String> changed = new TreeMap<>();
  private final Map<String, String> commanded = new TreeMap<>();
  private final List<ConfigProblem> refused = new ArrayList<>();

  private ResumeRules(RunConfig before, RunConfig found, Standing standing) {
    this.before = before;
    this.found = found;
    this.standing = standing;
    this.was = ConfigFactory.parseString(RunConfigWriter.render(before));
    this.is = ConfigFactory.parseString(RunConfigWriter.render(found));
  }

  /** What a run that is configured as {@code before} says to {@code found}. */
  public static Resumption between(RunConfig before, RunConfig found, Standing standing) {
    return new ResumeRules(before, found, standing).decide();
  }

  /** The rule of a setting: its own, or that of the nearest section around it. */
  public static Rule of(String setting) {
    return TABLE.stream()
        .filter(r -> setting.equals(r.path()) || setting.startsWith(r.path() + "."))
        .max(Comparator.comparingInt(r -> r.path().length()))
        .orElse(NO_RULE);
  }

  private Resumption decide() {
    TreeSet<String> paths = new TreeSet<>();
    was.entrySet().forEach(entry -> paths.add(entry.getKey()));
    is.entrySet().forEach(entry -> paths.add(entry.getKey()));
    paths.removeIf(path -> text(was, path).equals(text(is, path)));
    paths.forEach(this::judge);
    return new Resumption(refused.isEmpty() ? goesOnWith() : before, changed, refused);
  }

  private void judge(String path) {
    Rule rule = of(path);
    if (path.equals("commands")) {
      judgeCommands(rule);
    } else if (rule.kind() == Kind.FIXED || rule.kind() == Kind.NEXT_STEP && !is.hasPath(path)) {
      refuse(path, rule.why());
    } else if (rule.kind() == Kind.MAY_CHANGE) {
      changed.put(path, text(is, path));
    } else if (standing.isFinished()) {
      refuse(path, "the run is finished");
    } else {
      changed.put(path, text(is, path));
      commanded.put(path, "" + is.getValue(path).unwrapped());
    }
  }

  private void judgeCommands(Rule rule) {
    if (standing.isFinished()) {
      refuse(rule.path(), "the run is finished");
    } else if (!done(before).equals(done(found))) {
      refuse(rule.path(), rule.why() + ", and step " + standing.done() + " is done");
    } else {
      changed.put(rule.path(), text(is, rule.path()));
    }
  }

  private List<ScriptedCommand> done(RunConfig run) {
    return run.commands().stream().filter(c -> c.at() <= standing.done()).toList();
  }

  private void refuse(String path, String why) {
    String values = "was " + text(was, path) + ", is now " + text(is, path);
    refused.add(new ConfigProblem(path, values + ": it cannot change, since " + why, "", ""));
  }

  /** {@code found} with commands in the place of the values that only hold from now on. */
  private RunConfig goesOnWith() {
    if (commanded.isEmpty()) {
      return found;
    }
    StringBuilder text = new StringBuilder(RunConfigWriter.render(found));
    commanded
        .keySet()
        .forEach(path -> text.append(path).append(" = ").append(text(was, path)).append('\n'));
    List<ScriptedCommand> commands = new ArrayList<>(found.commands());
    commands.add(new ScriptedCommand(standing.done() + 1, commanded));
    text.append("commands = ").append(RunConfigWriter.commands(commands)).append('\n');
    return RunConfigReader.readText(text.toString(), "resumed run");
  }

  private static String text(Config config, String path) {
    if (!config.hasPath(path)) {
      return "not set";
    }
    ConfigValue value = config.getValue(path);
    return value.render(ConfigRenderOptions.concise());
  }

  private static Rule may(String path, String why) {
    return new Rule(path, Kind.MAY_CHANGE, why);
  }

  private static Rule next(String path, String why) {
    return new Rule(path, Kind.NEXT_STEP, why);
  }

  private static Rule fixed(String path, String why) {
    return new Rule(path, Kind.FIXED, why);
  }
}
