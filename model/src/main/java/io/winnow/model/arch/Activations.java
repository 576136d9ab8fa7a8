package io.winnow.model.arch;

/** What a forward sweep keeps for the backward sweep. */
public enum Activations {
  /** All that backward needs. */
  KEPT,
  /** Each block's input alone; a block's forward is computed again before its backward. */
  RECOMPUTED
}
