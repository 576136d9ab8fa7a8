package io.winnow.model.io;

/** Two ways to write adapters of different ranks as a PEFT folder. */
public enum PeftProfile {
  /** Every adapter padded with zeros to the largest rank, scale 1: right in every reader. */
  PORTABLE,
  /**
   * Real ranks in rank_pattern: smaller, right in PEFT and llama.cpp; readers that use one scale
   * for all modules (vLLM) get modules wrong whose rank is not the most common one.
   */
  COMPACT
}
