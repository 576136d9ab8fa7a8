package io.winnow.protocol;

import java.util.List;

/**
 * A run as seen from outside.
 *
 * @param reason why it is paused, or its place in the queue; empty otherwise
 * @param counted the newest counted checkpoint; START = none yet
 * @param best the best checkpoint by the run's metric; START = none
 * @param liveLayers layers that the counted checkpoint consists of
 * @param bestLayers layers that the best checkpoint consists of
 * @param config resolved run.conf, as text
 * @param baseFingerprint of the frozen weights that the run was begun with; empty = not known yet
 * @param dataFingerprint of its examples, likewise
 */
public record RunView(
    RunId run,
    RunStatus status,
    String reason,
    long attempt,
    CheckpointId counted,
    CheckpointId best,
    List<String> liveLayers,
    List<String> bestLayers,
    String config,
    String baseFingerprint,
    String dataFingerprint)
    implements Wire {
  public RunView {
    liveLayers = List.copyOf(liveLayers);
    bestLayers = List.copyOf(bestLayers);
  }

  /** The same run, but that it stands so, for this reason. */
  public RunView standing(RunStatus now, String why) {
    return new RunView(
        run,
        now,
        why,
        attempt,
        counted,
        best,
        liveLayers,
        bestLayers,
        config,
        baseFingerprint,
        dataFingerprint);
  }
}
