package io.winnow.model.config;

import java.util.List;

/**
 * The configuration paths that may change while a run goes on, by a command or a scripted one.
 * Everything else is fixed when the run starts, because the meaning of its state depends on it.
 */
public final class Steerable {
  /** The paths, in the order in which they are listed for a person. */
  public static final List<String> PATHS =
      List.of(
          "method.keep",
          "optimizer.lr",
          "optimizer.omega.lr",
          "optimizer.weight-decay",
          "optimizer.clip",
          "training.evaluate-every",
          "checkpoint.every");

  private Steerable() {}

  /** The problem with changing {@code path}, as one a person can act on. */
  static ConfigProblem refused(String where, String path) {
    return new ConfigProblem(
        where,
        path + " cannot change while a run goes on",
        "one of " + String.join(", ", PATHS),
        NearestName.hint(path, PATHS));
  }
}
