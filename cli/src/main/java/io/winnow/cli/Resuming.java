package io.winnow.cli;

import io.winnow.actors.client.RunClient;
import io.winnow.actors.plan.BaseSweeps;
import io.winnow.actors.plan.Bases;
import io.winnow.actors.plan.FolderPlanner;
import io.winnow.actors.plan.PlanCheck;
import io.winnow.actors.run.FingerprintCheck;
import io.winnow.actors.run.RunPlan;
import io.winnow.actors.worker.SweepSession;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.ResumeRules;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.config.RunConfigWriter;
import io.winnow.model.io.RunPlace;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;
import java.util.List;
import java.util.Set;

/**
 * The configuration that a run goes on with, where run.conf or the command line says something else
 * than it has: run.conf is written first, so that a process which dies on the way leaves a wish
 * that the next one takes up, and never one that nobody knows of.
 */
final class Resuming {
  private static final Set<String> FILES =
      Set.of("model.path", "data.train", "data.validation", "method.start-from");

  private final RunPlace place;
  private final RunClient client;
  private final Bases bases;

  Resuming(RunPlace place, RunClient client, Bases bases) {
    this.place = place;
    this.client = client;
    this.bases = bases;
  }

  /**
   * Gives a run that was begun what it is to go on with.
   *
   * @param found what its user wants
   * @return what holds
   * @throws UserProblem naming all that cannot change, or what is wrong with what could
   */
  RunConfig with(RunView known, RunConfig found, RunListener listener) {
    RunConfig before = RunConfigReader.readText(known.config(), "the journal");
    ResumeRules.Standing standing =
        new ResumeRules.Standing(known.counted().version(), known.status() == RunStatus.FINISHED);
    ResumeRules.Resumption resumption = ResumeRules.between(before, found, standing);
    requireAllowed(resumption);
    requireUsable(resumption.config());
    if (!resumption.isAsBefore()) {
      if (resumption.changed().keySet().stream().anyMatch(FILES::contains)) {
        requireSameFiles(known, resumption.config());
      }
      String text = RunConfigWriter.render(resumption.config());
      place.folder().write(place.folder().runConf(), text);
      client.reconfigure(text);
      listener.on(new RunEvent.Steered(standing.done() + 1, resumption.changed()));
    }
    return resumption.config();
  }

  private void requireAllowed(ResumeRules.Resumption resumption) {
    if (!resumption.refused().isEmpty()) {
      List<UserProblem> problems =
          resumption.refused().stream().map(p -> UserProblem.usage(p.toString())).toList();
      throw UserProblem.usage(
          UserProblem.of(place.folder().runConf().toString(), problems).getMessage()
              + "\n  A run goes on as it began: undo this, or begin a new run with it: winnow train "
              + place.folder().runConf());
    }
  }

  /** As before every run, and again: what it needs may have gone since. */
  void requireUsable(RunConfig run) {
    List<UserProblem> problems = PlanCheck.problems(run);
    if (!problems.isEmpty()) {
      throw UserProblem.of(place.folder().runConf().toString(), problems);
    }
  }

  /** Files that moved must still be the same: their fingerprints decide. */
  private void requireSameFiles(RunView known, RunConfig run) {
    RunPlan plan = new FolderPlanner(bases).plan(RunConfigWriter.render(run));
    try (SweepSession session = new BaseSweeps(bases).open(plan.sweep())) {
      String mismatch = FingerprintCheck.mismatch(known, session.base(), plan.dataFingerprint());
      if (!mismatch.isEmpty()) {
        throw UserProblem.failure(place.folder().runConf() + ": " + mismatch);
      }
    }
  }
}
