package io.winnow.cli;

import io.winnow.model.adapter.NearestName;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.config.RunConfig;
import io.winnow.model.config.RunConfigReader;
import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.RunHistory;
import io.winnow.model.io.HeadsFile;
import io.winnow.model.io.RunFolder;
import io.winnow.model.io.StatusFile;
import io.winnow.model.train.SelectionSettings;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the files of a run's folder tell of its heads. Needs neither its store nor its lock, so that
 * it also works while another process trains the run.
 *
 * @param totalSteps of the whole run; 0 = not known
 * @param shown heads to tell of, by their place in the run's heads
 */
record Explanation(
    RunFolder folder,
    RunConfig config,
    HeadTraces traces,
    RunHistory history,
    long totalSteps,
    List<Integer> shown) {

  /**
   * All heads of a run.
   *
   * @throws UserProblem if there is no run, or nothing was traced of it
   */
  static Explanation of(RunFolder folder) {
    String conf = folder.isRun() ? folder.read(folder.runConf()) : null;
    if (conf == null) {
      throw UserProblem.usage(folder.path() + " is no run: it has no run.conf");
    }
    HeadTraces traces = HeadsFile.read(folder);
    StatusFile status = StatusFile.of(folder);
    if (traces == null || traces.points().isEmpty()) {
      boolean isOld = status != null && status.step() > 0;
      throw UserProblem.failure(
          folder.path()
              + (isOld
                  ? " has no traces of its heads: an older version of Winnow trained it; what it"
                      + " kept is in results.json and shown by: winnow inspect "
                      + folder.path()
                  : " has no traces of its heads yet: let it do its first step"));
    }
    RunConfig config = RunConfigReader.readText(conf, folder.runConf().toString());
    return new Explanation(
        folder,
        config,
        traces,
        RunHistory.of(traces, config.selection().rule()),
        status == null ? 0 : status.totalSteps(),
        IntStream.range(0, traces.heads().size()).boxed().toList());
  }

  /**
   * The same about the heads whose module path has {@code name} in it.
   *
   * @throws UserProblem (usage) if there is none
   */
  Explanation only(String name) {
    List<Integer> found = shown.stream().filter(i -> traces.heads().get(i).contains(name)).toList();
    if (found.isEmpty()) {
      List<String> candidates =
          traces.heads().stream()
              .flatMap(head -> java.util.stream.Stream.of(head, head.replaceFirst(".*\\.", "")))
              .distinct()
              .toList();
      throw UserProblem.usage(
          "--head "
              + name
              + ": no head has this in its name"
              + NearestName.hint(name, candidates)
              + "; winnow explain "
              + folder.path()
              + " lists all "
              + traces.heads().size());
    }
    return new Explanation(folder, config, traces, history, totalSteps, found);
  }

  String name() {
    return folder.path().getFileName().toString();
  }

  /** Whether the run's method selects, be it heads or triplets; else the heads stay as they are. */
  boolean selects() {
    return switch (config.method().name()) {
      case LORA, RSLORA, RAND -> false;
      case WEIGHTLORA, WEIGHTLORA_PLUS, ADALORA -> true;
    };
  }

  /** The step after which the last selection is due, or {@link SelectionSettings#NEVER}. */
  long selectsAt() {
    return totalSteps == 0 ? SelectionSettings.NEVER : config.selection().resolve(totalSteps).at();
  }

  /** What the selection goes by, as a person writes it. */
  String score() {
    return switch (config.selection().rule()) {
      case MAGNITUDE -> "|omega|";
      case SIGNED -> "omega";
      case CONTRIBUTION -> "contribution";
    };
  }
}
