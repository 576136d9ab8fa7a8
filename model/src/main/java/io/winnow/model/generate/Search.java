package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.compute.Matrix;
import java.util.List;

/** Looks for the sequences of some prompts that are read together. */
interface Search {
  /**
   * Goes on from prompts that were read.
   *
   * @param logits what {@link Decoding#begin} gave
   * @return the sequences of each start
   */
  List<List<Generated>> run(Decoding decoding, Matrix logits, List<Start> starts);

  /** Where a prompt's sequences begin. */
  record Start(long prompt, Sequence sequence) {}
}
