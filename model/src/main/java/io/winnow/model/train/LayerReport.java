package io.winnow.model.train;

import io.winnow.model.adapter.LayerId;
import java.util.List;

/**
 * What a layer reports of one step once all micro-batches are in: the sum of squares of its
 * gradient (A, B or triplets, and tensors, without omega; in double, in AdapterId order) and its
 * heads.
 */
public record LayerReport(LayerId layer, double sumOfSquares, List<HeadReport> heads) {
  public LayerReport {
    heads = List.copyOf(heads);
  }
}
