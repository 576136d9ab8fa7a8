package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.Workspace.Buffer;
import java.util.List;

/**
 * x = drop(LayerNorm(sum of table_k[ids_k])), [rows, hidden]: words, and positions and token types
 * where a model adds them. Rows of padding are 0 where the model clears them.
 */
public final class Embedding {
  private final Backend backend;
  private final List<Parameter> tables;
  private final Padding padding;
  private final LayerNorm norm;
  private final Dropout dropout;
  private final NormTape tape;
  private final Buffer addend; // [rows, hidden], where there are several tables

  /** What becomes of rows of padding, before dropout. */
  public enum Padding {
    KEPT,
    CLEARED
  }

  /** The tables, {@code [entries, hidden]} each, in the order of the sum. */
  public record Tables(List<Parameter> list, Padding padding) {
    public Tables {
      list = List.copyOf(list);
    }
  }

  public Embedding(Compute compute, Tables tables, LayerNorm norm, Dropout dropout) {
    this.backend = compute.backend();
    this.tables = tables.list();
    this.padding = tables.padding();
    this.norm = norm;
    this.dropout = dropout;
    this.tape = new NormTape(compute.workspace());
    this.addend = compute.workspace().buffer();
  }

  public boolean isLive() {
    return norm.isLive() || tables.stream().anyMatch(Parameter::isTrained);
  }

  /** Computes x; {@code ids} has the rows for each table. */
  public void forward(Pass pass, List<int[]> ids, PaddingMask mask, Matrix x) {
    backend.gather(x, tables.get(0).values().matrix(), ids.get(0));
    for (int k = 1; k < tables.size(); k++) {
      Matrix rows = addend.matrix(x.rows(), x.columns());
      backend.gather(rows, tables.get(k).values().matrix(), ids.get(k));
      backend.add(x, rows);
    }
    Norm.Tape kept = pass.keepsTape() && isLive() ? tape.of(x.rows(), x.columns()) : null;
    norm.forward(Norm.Input.of(x), x, kept);
    if (padding == Padding.CLEARED) {
      backend.clearPadding(x, mask);
    }
    DropMask drop = dropout.mask(pass);
    if (!drop.dropsNothing()) {
      backend.dropout(x, x, drop);
    }
  }

  /** The gradients of what is trained here; dx is used up. */
  public void backward(Pass pass, List<int[]> ids, PaddingMask mask, Matrix dx) {
    DropMask drop = dropout.mask(pass);
    if (!drop.dropsNothing()) {
      backend.dropout(dx, dx, drop);
    }
    if (padding == Padding.CLEARED) {
      backend.clearPadding(dx, mask);
    }
    norm.backward(dx, tape.of(dx.rows(), dx.columns()));
    for (int k = 0; k < tables.size(); k++) {
      if (tables.get(k).isTrained()) {
        backend.scatterAdd(tables.get(k).gradient().matrix(), ids.get(k), dx);
      }
    }
  }
}
