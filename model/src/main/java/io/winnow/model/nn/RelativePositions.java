package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.RelativeIndex;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The relative position embeddings that a length needs: the contiguous rows {@code col(-(length -
 * 1)) .. col(length - 1)} of the table, by LayerNorm where the model has one; the others take no
 * part in the sweep.
 */
public final class RelativePositions {
  private final Backend backend;
  private final Parameter table;
  private final @Nullable LayerNorm norm;
  private final LogBuckets buckets;
  private final NormTape tape;
  private final Buffer rows;
  private final Buffer gradient;

  /** {@code table} is [2 * span, hidden]. */
  public RelativePositions(
      Compute compute, Parameter table, @Nullable LayerNorm norm, LogBuckets buckets) {
    this.backend = compute.backend();
    this.table = table;
    this.norm = norm;
    this.buckets = buckets;
    this.tape = new NormTape(compute.workspace());
    this.rows = compute.workspace().buffer();
    this.gradient = compute.workspace().buffer();
  }

  public boolean isLive() {
    return table.isTrained() || (norm != null && norm.isLive());
  }

  /** The rows for sequences of this length. */
  public DisentangledAttention.Relative forward(Pass pass, int length) {
    RelativeIndex index = buckets.index(length);
    Matrix used = used(table.values().matrix(), length, index);
    Matrix normalized = rows.matrix(used.rows(), used.columns());
    Norm.Tape kept = pass.keepsTape() && isLive() ? tape.of(used.rows(), used.columns()) : null;
    if (norm == null) {
      backend.copy(normalized, used);
    } else {
      norm.forward(Norm.Input.of(used), normalized, kept);
    }
    return new DisentangledAttention.Relative(normalized, index);
  }

  /** Where the blocks add their gradients of the rows; starts at zero. */
  public Matrix clearedGradient() {
    Matrix like = rows.last();
    Matrix cleared = gradient.matrix(like.rows(), like.columns());
    backend.fill(cleared, 0f);
    return cleared;
  }

  /** The gradients of what is trained here, once all blocks have added theirs. */
  public void backward(int length) {
    Matrix g = gradient.last();
    if (norm != null) {
      norm.backward(g, tape.of(g.rows(), g.columns()));
    }
    if (table.isTrained()) {
      backend.add(used(table.gradient().matrix(), length, buckets.index(length)), g);
    }
  }

  private Matrix used(Matrix whole, int length, RelativeIndex index) {
    return whole.rows(buckets.lowestRow(length), index.range());
  }
}
