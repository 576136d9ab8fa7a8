package io.winnow.actors.run;

import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.train.StepRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The settings that hold at a step: those of run.conf, changed by its scripted commands and by the
 * journalled ones, each from its step on, in the order of steps (scripted before journalled). A
 * pure function of these three and the step, so that a replay steers the same way.
 */
public record Steering(
    RunConfig config, long totalSteps, List<Journalled> settings, long step, RunConfig effective) {

  /** A command of a person, with the step from which it holds. */
  public record Journalled(long step, SettingChange change) {}

  public Steering {
    settings = List.copyOf(settings);
  }

  /** Before the first step. */
  public Steering(RunConfig config, long totalSteps, List<Journalled> settings) {
    this(config, totalSteps, settings, 0, config);
  }

  /** What holds at a step. */
  public Steering at(long atStep) {
    List<Journalled> all = changes();
    if (all.stream().noneMatch(c -> c.step() > step && c.step() <= atStep) && atStep >= step) {
      return new Steering(config, totalSteps, settings, atStep, effective);
    }
    RunConfig now = config;
    for (Journalled change : all) {
      if (change.step() <= atStep) {
        now =
            RunConfigReader.with(
                now,
                Map.of(change.change().path(), change.change().value()),
                "command of step " + change.step());
      }
    }
    return new Steering(config, totalSteps, settings, atStep, now);
  }

  /** With one more journalled change. */
  public Steering with(Journalled change) {
    List<Journalled> more = new ArrayList<>(settings);
    more.add(change);
    return new Steering(config, totalSteps, more, -1, config).at(step);
  }

  private List<Journalled> changes() {
    List<Journalled> all = new ArrayList<>();
    for (RunConfig.ScriptedCommand command : config.commands()) {
      command
          .set()
          .forEach(
              (path, value) ->
                  all.add(new Journalled(command.at(), new SettingChange(path, value))));
    }
    all.addAll(settings);
    all.sort(java.util.Comparator.comparingLong(Journalled::step));
    return all;
  }

  /** The rules that decide the step. */
  public StepRules rules() {
    return Rules.of(effective, totalSteps);
  }

  /** Steps between evaluations. */
  public long evaluateEvery() {
    return Math.max(1, effective.training().evaluateEvery().resolve(totalSteps));
  }

  /** When checkpoints are due. */
  public CheckpointRule checkpoints() {
    return new CheckpointRule(
        effective.checkpoint().everySteps(), effective.checkpoint().everyTime());
  }

  /** Every so many steps, or after so much time; exactly one is positive. */
  public record CheckpointRule(long everySteps, Duration everyTime) {
    /** Whether one is due this long after the last. */
    public boolean isDue(long steps, Duration time) {
      return everySteps > 0 ? steps >= everySteps : time.compareTo(everyTime) >= 0;
    }
  }
}
