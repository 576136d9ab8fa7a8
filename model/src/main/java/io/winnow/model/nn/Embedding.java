package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.PaddingMask;

/** x = drop(LayerNorm(table[ids]) * mask), [rows, hidden]. */
public final class Embedding {
  private final Backend backend;
  private final Parameter table;
  private final LayerNorm norm;
  private final Dropout dropout;
  private final NormTape tape;

  /** {@code table} is [vocabulary, hidden]. */
  public Embedding(Compute compute, Parameter table, LayerNorm norm, Dropout dropout) {
    this.backend = compute.backend();
    this.table = table;
    this.norm = norm;
    this.dropout = dropout;
    this.tape = new NormTape(compute.workspace());
  }

  public boolean isLive() {
    return table.isTrained() || norm.isLive();
  }

  /** Computes x. */
  public void forward(Pass pass, int[] ids, PaddingMask mask, Matrix x) {
    table.gather(backend, ids, x);
    Norm.Tape kept = pass.keepsTape() && isLive() ? tape.of(x.rows(), x.columns()) : null;
    norm.forward(Norm.Input.of(x), x, kept);
    backend.clearPadding(x, mask);
    DropMask drop = dropout.mask(pass);
    if (!drop.dropsNothing()) {
      backend.dropout(x, x, drop);
    }
  }

  /** The gradients of what is trained here; dx is used up. */
  public void backward(Pass pass, int[] ids, PaddingMask mask, Matrix dx) {
    DropMask drop = dropout.mask(pass);
    if (!drop.dropsNothing()) {
      backend.dropout(dx, dx, drop);
    }
    backend.clearPadding(dx, mask);
    norm.backward(dx, tape.of(dx.rows(), dx.columns()));
    if (table.isTrained()) {
      backend.scatterAdd(table.gradient().matrix(), ids, dx);
    }
  }
}
