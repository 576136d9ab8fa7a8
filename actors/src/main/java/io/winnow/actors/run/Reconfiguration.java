package io.winnow.actors.run;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.ConfigProblem;
import io.winnow.model.config.ResumeRules;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.protocol.RunStatus;
import java.util.List;
import java.util.stream.Collectors;

/** Whether a run goes on with another configuration than it has. */
final class Reconfiguration {
  private Reconfiguration() {}

  /**
   * The event that makes it so.
   *
   * @throws UserProblem naming every setting that cannot change
   */
  static RunEventRecord.Reconfigured of(RunState state, String wanted) {
    RunConfig before = RunConfigReader.readText(state.config(), "the journal");
    RunConfig found = RunConfigReader.readText(wanted, "the new configuration");
    ResumeRules.Standing standing =
        new ResumeRules.Standing(state.counted().version(), state.status() == RunStatus.FINISHED);
    ResumeRules.Resumption resumption = ResumeRules.between(before, found, standing);
    if (!resumption.refused().isEmpty()) {
      throw UserProblem.usage(
          resumption.refused().stream()
              .map(ConfigProblem::toString)
              .collect(Collectors.joining("\n")));
    }
    List<RunConfig.ScriptedCommand> scripted =
        resumption.config().commands().stream()
            .filter(command -> !before.commands().contains(command))
            .toList();
    List<Steering.Journalled> settings =
        state.settings().stream().filter(s -> !isOverruled(s, scripted)).toList();
    return new RunEventRecord.Reconfigured(RunConfigWriter.render(resumption.config()), settings);
  }

  /** Of one step's changes the later one wins: a new command, of a setting that held from there. */
  private static boolean isOverruled(
      Steering.Journalled setting, List<RunConfig.ScriptedCommand> scripted) {
    return scripted.stream()
        .anyMatch(
            command ->
                command.at() == setting.step()
                    && command.set().containsKey(setting.change().path()));
  }
}
