package io.winnow.model.compute;

/**
 * Where relative distance i - j of positions i, j below {@code length} finds its column among the
 * {@code range} relative positions in use: {@code column[i - j + length - 1]}.
 */
public record RelativeIndex(int length, int range, int[] column) {}
