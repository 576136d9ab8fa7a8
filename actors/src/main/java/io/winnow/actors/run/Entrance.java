package io.winnow.actors.run;

import io.winnow.actors.node.Post;
import io.winnow.actors.registry.Admission;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfigReader;
import io.winnow.protocol.CoordinatorCommand;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunId;
import io.winnow.protocol.RunStatus;
import io.winnow.protocol.RunView;

/**
 * Where a run waits until the registry lets it in. The registry journals who was; a coordinator
 * that begins again asks again. Confined to the coordinator.
 */
final class Entrance {
  private static final String ASKED = "waits for a free compute slot";

  private final Admission admission;
  private final Post post;
  private final RunId run;
  private boolean isIn;
  private String place = ASKED;

  Entrance(Admission admission, Post post, RunId run) {
    this.admission = admission;
    this.post = post;
    this.run = run;
    this.isIn = !admission.isQueue();
  }

  /** Whether runs wait at all. */
  boolean isGuarded() {
    return admission.isQueue();
  }

  /** Tells the registry how the run stands; one that would run, and does not, asks to be let in. */
  void say(RunState state) {
    if (state.status() == RunStatus.RUNNING && isGuarded()) {
      post.toRegistry(new RegistryCommand.LetIn(run, priority(state)));
    } else if (state.status() != RunStatus.UNKNOWN) {
      isIn = !isGuarded(); // a run that is resumed stands in the queue again
      place = ASKED;
      post.toRegistry(new RegistryCommand.Note(run, state.status()));
    }
  }

  /** What was journalled by a version that knew other settings pauses the run when it begins. */
  private static int priority(RunState state) {
    try {
      return RunConfigReader.readText(state.config(), "journal").priority();
    } catch (UserProblem unreadable) {
      return 0;
    }
  }

  /** The registry let the run in. */
  void open() {
    isIn = true;
  }

  /** There is no room yet; returns whether that is news. */
  boolean waits(CoordinatorCommand.Queued answer) {
    String now = "number %d of %d in the queue".formatted(answer.place(), answer.length());
    boolean isNews = !isIn && !now.equals(place);
    place = now;
    return isNews;
  }

  /** Whether the run would run, but may not yet. */
  boolean holds(RunState state) {
    return state.status() == RunStatus.RUNNING && !isIn;
  }

  /** The run as seen from outside. */
  RunView view(RunState state) {
    RunView view = state.view(run);
    return holds(state) ? view.standing(RunStatus.QUEUED, place) : view;
  }
}
