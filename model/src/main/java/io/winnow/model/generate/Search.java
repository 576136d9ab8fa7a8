package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.compute.Matrix;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Looks for the sequences of some prompts that are read together. */
interface Search {
  /**
   * Goes on from prompts that were read.
   *
   * @return the sequences of each start; empty if cancelled
   */
  Optional<List<List<Generated>>> run(Reading reading);

  /**
   * Prompts that were read.
   *
   * @param logits what {@link Decoding#begin} gave
   * @param cancelled asked before every further token
   */
  record Reading(Decoding decoding, Matrix logits, List<Start> starts, BooleanSupplier cancelled) {}

  /** Where a prompt's sequences begin. */
  record Start(long prompt, Sequence sequence) {}
}
