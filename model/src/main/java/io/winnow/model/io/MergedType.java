package io.winnow.model.io;

/** Type in which a merged model's floating-point tensors are written. */
public enum MergedType {
  /** Exact: the merged model computes what base and adapter do. */
  F32,
  /** Half the size; every tensor is rounded once, to 8 bits of precision. */
  BF16,
  /** Each tensor as the base has it, new ones as its linear layers. */
  SOURCE
}
