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

  void maskedSoftmax(Matrix p, AttentionMask mask) {
    int tile = Math.max(1, Math.min(mask.queries(), TILE / mask.keys()));
    for (int example = 0; example < mask.examples(); example++) {
      for (int from = 0; from < mask.queries(); from += tile) {
        int rows = Math.min(tile, mask.queries() - from);
        Matrix part = p.rows(example * mask.queries() + from, rows);
        softmaxTile(part, mask, example, from);
      }
    }
  }

  /** Some rows of one example, the first being its query {@code from}. */
  private void softmaxTile(Matrix p, AttentionMask mask, int example, int from) {
    int size = p.rows() * p.columns();
    float[] tile = tiles.first(size);
    p.readAll(tile);
    for (int r = 0; r < p.rows(); r++) {
      cover(tile, r * p.columns(), new Query(mask, example, from + r), -Float.MAX_VALUE);
    }
    RowKernels.softmax(tile, tiles.second(size), p.rows(), p.columns());
    for (int r = 0; r < p.rows(); r++) {
      var query = new Query(mask, example, from + r);
      if (!query.looksAtAll()) {
        cover(tile, r * p.columns(), query, 0f);
      }
    }
    p.set(tile);
  }

  private record Query(AttentionMask mask, int example, int index) {
    /** Keys below this one are not behind the query. */
    int end() {
      return mask.reach() == AttentionMask.Reach.ALL
          ? mask.keys()
          : Math.min(mask.keys(), mask.past() + index + 1);
    }

    /** All scores were covered alike, so the softmax is even already. */
    boolean looksAtAll() {
      return mask.reach() == AttentionMask.Reach.PAST && mask.isBlind(example, index);
    }
  }

  private static void cover(float[] tile, int at, Query query, float value) {
    int[] tokens = query.mask.tokens();
    int first = query.example * query.mask.keys();
    int end = query.end();
    for (int j = 0; j < end; j++) {
      if (tokens[first + j] == 0) {
        tile[at + j] = value;
      }
    }
    Arrays.fill(tile, at + end, at + query.mask.keys(), value);
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
