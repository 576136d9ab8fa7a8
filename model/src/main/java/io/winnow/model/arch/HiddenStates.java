package io.winnow.model.arch;

import io.winnow.model.compute.Matrix;

/** A network whose states between the blocks can be read, to compare them with others' numbers. */
interface HiddenStates {
  /**
   * A state of the last forward sweep, which must have kept all of them: {@code hidden_states.I},
   * or {@code encoder_hidden_states.I} and {@code decoder_hidden_states.I}; I = 0 is what the first
   * block reads, the last is after the final norm where the model has one. {@code [rows, hidden]};
   * rows may be every n-th alone, where the others are not computed.
   */
  Matrix hidden(String name);
}
