package io.winnow.model.arch;

/** How the matrices of a frozen base lie in memory; norms, biases and the task head are F32. */
public enum Storage {
  /** 4 bytes a parameter. */
  F32,
  /** 2 bytes a parameter, widened block by block into scratch when they are used. */
  BF16
}
