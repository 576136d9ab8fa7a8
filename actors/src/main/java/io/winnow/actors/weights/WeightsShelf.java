package io.winnow.actors.weights;

import java.nio.file.Path;
import java.util.Optional;

/** The base weights that this node computes with. Safe from any thread; never blocks. */
public interface WeightsShelf {
  /** The model folder that weights of this fingerprint were read from. */
  Optional<Path> folder(String fingerprint);
}
