package io.winnow.model.arch;

import io.winnow.model.compute.PaddingMask;

/** A batch of sequences: ids and mask are {@code [examples, length]} row-major. */
public record Tokens(int examples, int length, int[] ids, int[] mask) {
  PaddingMask padding() {
    return new PaddingMask(examples, length, mask);
  }

  int rows() {
    return examples * length;
  }
}
