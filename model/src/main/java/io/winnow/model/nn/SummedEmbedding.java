package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Norm;
import io.winnow.model.compute.Workspace.Buffer;
import java.util.List;

/**
 * x = drop(LayerNorm(sum over tables of factor table[ids])), [rows, hidden]: words, positions,
 * token types; every table is looked up by ids of its own.
 */
public final class SummedEmbedding {
  private final Backend backend;
  private final List<Table> tables;
  private final LayerNorm norm;
  private final Dropout dropout;
  private final NormTape tape;
  private final Buffer term; // one table's rows times its factor [rows, hidden]

  /** {@code [ids, hidden]}, and what its rows are multiplied by. */
  public record Table(Parameter rows, float factor) {
    /** Rows as they are. */
    public static Table of(Parameter rows) {
      return new Table(rows, 1f);
    }
  }

  /** Sums in the order of the tables. */
  public SummedEmbedding(Compute compute, List<Table> tables, LayerNorm norm, Dropout dropout) {
    this.backend = compute.backend();
    this.tables = List.copyOf(tables);
    this.norm = norm;
    this.dropout = dropout;
    this.tape = new NormTape(compute.workspace());
    this.term = compute.workspace().buffer();
  }

  public boolean isLive() {
    return norm.isLive() || tables.stream().anyMatch(table -> table.rows().isTrained());
  }

  /** Computes x; {@code ids} has one array {@code [rows]} per table. */
  public void forward(Pass pass, List<int[]> ids, Matrix x) {
    backend.fill(x, 0f);
    Matrix rows = term.matrix(x.rows(), x.columns());
    for (int t = 0; t < tables.size(); t++) {
      tables.get(t).rows().gather(backend, ids.get(t), rows);
      backend.addScaled(x, tables.get(t).factor(), rows);
    }
    Norm.Tape kept = pass.keepsTape() && isLive() ? tape.of(x.rows(), x.columns()) : null;
    norm.forward(Norm.Input.of(x), x, kept);
    drop(pass, x);
  }

  /** The gradients of what is trained here; dx is used up. */
  public void backward(Pass pass, List<int[]> ids, Matrix dx) {
    drop(pass, dx);
    norm.backward(dx, tape.of(dx.rows(), dx.columns()));
    for (int t = 0; t < tables.size(); t++) {
      Parameter table = tables.get(t).rows();
      if (table.isTrained()) {
        Matrix rows = term.matrix(dx.rows(), dx.columns());
        backend.fill(rows, 0f);
        backend.addScaled(rows, tables.get(t).factor(), dx);
        backend.scatterAdd(table.gradient().matrix(), ids.get(t), rows);
      }
    }
  }

  private void drop(Pass pass, Matrix x) {
    DropMask mask = dropout.mask(pass);
    if (!mask.dropsNothing()) {
      backend.dropout(x, x, mask);
    }
  }
}
