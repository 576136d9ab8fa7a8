package io.winnow.model.nn;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.RelativeIndex;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * The terms of {@link DisentangledAttention}'s scores that read relative positions: one or both.
 */
final class RelativeTerms {
  private final Backend backend;
  private final @Nullable Linear query;
  private final @Nullable Linear key;
  private final Dropout dropout;
  private final AttentionScratch scratch;
  private final DisentangledAttention.Shape shape;

  RelativeTerms(
      Backend backend,
      DisentangledAttention.Layers layers,
      Dropout dropout,
      AttentionScratch scratch) {
    this.backend = backend;
    this.query = layers.relativeQuery();
    this.key = layers.relativeKey();
    this.dropout = dropout;
    this.scratch = scratch;
    this.shape = scratch.shape();
  }

  /** Computes PQ and PK into the tape. */
  void project(Pass pass, DisentangledAttention.Relative relative, AttentionTape tape) {
    Matrix r = dropped(pass, relative);
    if (query != null) {
      query.forward(pass, r, tape.positionQ.matrix(r.rows(), shape.hidden()));
    }
    if (key != null) {
      key.forward(pass, r, tape.positionK.matrix(r.rows(), shape.hidden()));
    }
  }

  private Matrix dropped(Pass pass, DisentangledAttention.Relative relative) {
    DropMask mask = dropout.mask(pass);
    Matrix rows = relative.rows();
    if (mask.dropsNothing()) {
      return rows;
    }
    Matrix dropped = scratch.relative.matrix(rows.rows(), rows.columns());
    backend.dropout(dropped, rows, mask);
    return dropped;
  }

  /** s += the terms of one head; s is [rows, length]. A term that is missing is 0. */
  void addTo(Matrix s, int head, RelativeIndex index, AttentionTape tape) {
    Matrix c = scratch.c.matrix(s.rows(), index.range());
    Matrix p = scratch.p.matrix(s.rows(), index.range());
    if (key == null) {
      backend.fill(c, 0f);
    } else {
      backend.product(c, shape.scale(), head(tape.q, head), head(tape.positionK, head).t());
    }
    if (query == null) {
      backend.fill(p, 0f);
    } else {
      backend.product(p, shape.scale(), head(tape.k, head), head(tape.positionQ, head).t());
    }
    backend.addRelative(s, c, p, index);
  }

  /** Which gradients of the projected positions are wanted. */
  record Wants(boolean query, boolean key) {
    boolean any() {
      return query || key;
    }
  }

  Wants wants(boolean relativeRows) {
    return new Wants(
        query != null && (relativeRows || query.isLive()),
        key != null && (relativeRows || key.isLive()));
  }

  /** Memory for the gradients of PQ and PK. */
  void prepare(int range, Wants wants) {
    scratch.dPositionQ.matrix(wants.query() ? range : 1, shape.hidden());
    scratch.dPositionK.matrix(wants.key() ? range : 1, shape.hidden());
  }

  /** What the score's gradient dS of one head goes on to. */
  record Scores(Matrix dS, int head, RelativeIndex index, AttentionTape tape) {}

  /** Adds to the gradients of one head of Q and K where those are given. */
  void contentGradients(Scores scores, @Nullable Matrix dQ, @Nullable Matrix dK) {
    int head = scores.head();
    Matrix dC = scratch.c.matrix(scores.dS().rows(), scores.index().range());
    Matrix dP = scratch.p.matrix(scores.dS().rows(), scores.index().range());
    backend.relativeGradient(scores.dS(), dC, dP, scores.index());
    if (dQ != null && key != null) {
      backend.addProduct(dQ, shape.scale(), dC, head(scores.tape().positionK, head));
    }
    if (dK != null && query != null) {
      backend.addProduct(dK, shape.scale(), dP, head(scores.tape().positionQ, head));
    }
  }

  /** Those of one head of PQ and PK; after {@link #contentGradients}. */
  void positionGradients(Scores scores, Wants wants) {
    int head = scores.head();
    if (wants.query()) {
      Matrix keys = head(scores.tape().k, head);
      Matrix dP = scratch.p.last();
      backend.product(head(scratch.dPositionQ, head), shape.scale(), dP.t(), keys);
    }
    if (wants.key()) {
      Matrix queries = head(scores.tape().q, head);
      Matrix dC = scratch.c.last();
      backend.product(head(scratch.dPositionK, head), shape.scale(), dC.t(), queries);
    }
  }

  /** The projections' own gradients, from those of all heads of PQ and PK. */
  void layerGradients(Pass pass, DisentangledAttention.Relative relative, Wants wants) {
    Matrix r = dropped(pass, relative);
    if (query != null && wants.query()) {
      query.backward(pass, r, scratch.dPositionQ.last());
    }
    if (key != null && wants.key()) {
      key.backward(pass, r, scratch.dPositionK.last());
    }
  }

  /** Adds the gradient of the relative rows; after {@link #layerGradients}. */
  void addRowGradient(Pass pass, Matrix into) {
    Matrix dR = scratch.relative.matrix(into.rows(), into.columns());
    if (query == null) {
      backend.fill(dR, 0f);
    } else {
      query.setInputGradient(pass, scratch.dPositionQ.last(), dR);
    }
    if (key != null) {
      key.addInputGradient(pass, scratch.dPositionK.last(), dR);
    }
    backend.addDropout(into, dR, dropout.mask(pass));
  }

  private Matrix head(Buffer buffer, int head) {
    return buffer.last().columns(head * shape.width(), shape.width());
  }
}
