package io.winnow.actors.weights;

import io.winnow.model.compute.UserProblem;
import java.nio.file.Path;
import java.util.function.Predicate;

/** Where base weights come from that a host lacks. */
public interface WeightsSource {
  /**
   * A model folder with the weights of this fingerprint. Blocks until it is there.
   *
   * @param isRight whether a folder holds just these weights
   * @throws UserProblem if nobody gives them
   */
  Path fetch(String fingerprint, Predicate<Path> isRight);
}
