package io.winnow.model.compute;

import java.util.Arrays;

/** Attention's kernels of {@link CpuBackend}, which work on several rows at a time. */
final class AttentionTiles {
  /** Values in a tile of short rows: small enough for the first-level cache. */
  private static final int TILE = 2048;

  private final Tiles tiles;

  AttentionTiles(Tiles tiles) {
    this.tiles = tiles;
  }

  void maskedSoftmax(Matrix p, PaddingMask mask) {
    int n = p.columns();
    int tile = Math.max(1, Math.min(n, TILE / n));
    for (int example = 0; example < p.rows(); example += n) {
      for (int from = 0; from < n; from += tile) {
        softmaxTile(p.rows(example + from, Math.min(tile, n - from)), example, from, mask);
      }
    }
  }

  /** Some rows of one example, the first being its position {@code from}. */
  private void softmaxTile(Matrix p, int example, int from, PaddingMask mask) {
    int n = p.columns();
    int rows = p.rows();
    float[] tile = tiles.first(rows * n);
    p.readAll(tile);
    cover(tile, rows, example, mask, -Float.MAX_VALUE);
    RowKernels.softmax(tile, tiles.second(rows * n), rows, n);
    cover(tile, rows, example, mask, 0f);
    for (int r = 0; r < rows; r++) {
      if (!mask.isToken(example + from + r)) {
        Arrays.fill(tile, r * n, r * n + n, 0f);
      }
    }
    p.set(tile);
  }

  private static void cover(float[] tile, int rows, int example, PaddingMask mask, float value) {
    int n = mask.length();
    for (int j = 0; j < n; j++) {
      if (!mask.isToken(example + j)) {
        for (int r = 0; r < rows; r++) {
          tile[r * n + j] = value;
        }
      }
    }
  }

  void addRelative(Matrix s, Matrix c, Matrix p, RelativeIndex index) {
    int length = index.length();
    float[] scores = tiles.first(length * length);
    float[] terms = tiles.second(length * index.range());
    for (int from = 0; from < s.rows(); from += length) {
      s.rows(from, length).readAll(scores);
      c.rows(from, length).readAll(terms);
      RelativeKernels.addByRow(scores, terms, index);
      p.rows(from, length).readAll(terms);
      RelativeKernels.addByColumn(scores, terms, index);
      s.rows(from, length).set(scores);
    }
  }

  void relativeGradient(Matrix ds, Matrix dc, Matrix dp, RelativeIndex index) {
    int length = index.length();
    int size = length * index.range();
    float[] scores = tiles.first(length * length);
    float[] terms = tiles.second(size);
    for (int from = 0; from < ds.rows(); from += length) {
      ds.rows(from, length).readAll(scores);
      Arrays.fill(terms, 0, size, 0f);
      RelativeKernels.scatterByRow(scores, terms, index);
      dc.rows(from, length).set(terms);
      Arrays.fill(terms, 0, size, 0f);
      RelativeKernels.scatterByColumn(scores, terms, index);
      dp.rows(from, length).set(terms);
    }
  }
}
