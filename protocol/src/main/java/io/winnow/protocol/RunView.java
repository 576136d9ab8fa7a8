package io.winnow.protocol;

import java.util.List;

/**
 * A run as seen from outside.
 *
 * @param reason why it is paused; empty otherwise
 * @param counted version (optimizer step) of the newest counted checkpoint; 0 = none yet
 * @param best version of the best checkpoint by the run's metric; -1 = none
 * @param config resolved run.conf, as text
 * @param stored versions in the store that are whole
 */
public record RunView(
    RunId run,
    RunStatus status,
    String reason,
    long attempt,
    long counted,
    long best,
    String config,
    List<Long> stored)
    implements Wire {
  public RunView {
    stored = List.copyOf(stored);
  }
}
