package io.winnow.actors.gateway;

import akka.http.javadsl.model.StatusCodes;
import io.winnow.protocol.RegistryCommand;
import io.winnow.protocol.RunId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The runs that a gateway is for.
 *
 * @param only null = all of them; a process that was started for one run has nothing to do with the
 *     others of its workspace
 */
record Scope(@Nullable RunId only) {
  static final Scope ALL = new Scope(null);

  List<RegistryCommand.Entry> of(RegistryCommand.Runs runs) {
    return runs.entries().stream().filter(e -> only == null || only.equals(e.run())).toList();
  }

  /** Refuses other runs as if there were none (404). */
  void require(RunId run) {
    if (only != null && !only.equals(run)) {
      throw new Refusal(
          StatusCodes.NOT_FOUND,
          "this process works on run '" + only + "' alone and knows no run '" + run + "'");
    }
  }

  /** Refuses what has to do with other runs than the one (409). */
  void requireOpen() {
    if (only != null) {
      throw new Refusal(
          StatusCodes.CONFLICT,
          "this process works on run '"
              + only
              + "' alone; runs are submitted to a node, and removed by winnow rm");
    }
  }
}
