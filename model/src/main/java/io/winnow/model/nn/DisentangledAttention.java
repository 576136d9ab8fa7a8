package io.winnow.model.nn;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.PaddingMask;
import io.winnow.model.compute.RelativeIndex;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * An encoder's attention, with DeBERTa's content-to-position and position-to-content terms where it
 * has them:
 *
 * <pre>
 *   Q, K, V = query(x), key(x), value(x)            [examples * length, hidden]
 *   PQ, PK  = relativeQuery(r), relativeKey(r)      [range, hidden], r = drop(relative rows)
 *   S[i, j] = c (Q_i K_j + Q_i PK_col(i-j) + K_j PQ_col(i-j)),    c = 1 / sqrt(terms d)
 *   context = drop(softmax(S)) V
 * </pre>
 *
 * for each head of width d. Without PK or PQ that term is missing ({@link RelativeTerms}); without
 * both this is the usual scaled dot product. Heads are columns of Q, K, V: products take them by
 * leading dimension. Where the relative projections share the layers of query and key, those have
 * two gradient paths, through x and through r.
 */
public final class DisentangledAttention {
  private final Backend backend;
  private final Layers layers;
  private final Shape shape;
  private final AttentionScratch scratch;
  private final Dropout dropout;
  private final @Nullable RelativeTerms relative;

  /**
   * The projections.
   *
   * @param relativeQuery of the position-to-content term; may share weights and head with query;
   *     null = no such term
   * @param relativeKey the same for the content-to-position term and key
   */
  public record Layers(
      Linear query,
      Linear key,
      Linear value,
      @Nullable Linear relativeQuery,
      @Nullable Linear relativeKey) {
    boolean isLive() {
      return query.isLive()
          || key.isLive()
          || value.isLive()
          || isLive(relativeQuery)
          || isLive(relativeKey);
    }

    boolean isRelative() {
      return relativeQuery != null || relativeKey != null;
    }

    private static boolean isLive(@Nullable Linear layer) {
      return layer != null && layer.isLive();
    }
  }

  /**
   * Sizes.
   *
   * @param width of each head
   * @param terms that the scores are scaled for: the content's and those of positions
   */
  public record Shape(int heads, int width, int terms) {
    int hidden() {
      return heads * width;
    }

    float scale() {
      return (float) (1.0 / Math.sqrt((double) terms * width));
    }
  }

  /** The relative positions of a sweep: normalised rows {@code [range, hidden]} and their index. */
  public record Relative(Matrix rows, RelativeIndex index) {}

  /** The two dropout sites: on the probabilities, and on the relative rows. */
  public record Dropouts(Dropout probabilities, Dropout relative) {}

  /** The layers' sizes, sites and the memory that all blocks share. */
  public DisentangledAttention(
      Backend backend, Layers layers, Dropouts sites, AttentionScratch scratch) {
    this.backend = backend;
    this.layers = layers;
    this.shape = scratch.shape();
    this.dropout = sites.probabilities();
    this.scratch = scratch;
    this.relative =
        layers.isRelative() ? new RelativeTerms(backend, layers, sites.relative(), scratch) : null;
  }

  public boolean isLive() {
    return layers.isLive();
  }

  /** What queries see that are padding; heads that read all rows notice the difference. */
  public enum PaddedQueries {
    /** The tokens of their example, as other queries do. */
    SEE_TOKENS,
    /** Nothing: their probabilities are 0. */
    SEE_NOTHING
  }

  /**
   * What the sweep gives every block.
   *
   * @param relative null where there are no relative terms
   */
  public record Setting(@Nullable Relative relative, PaddingMask mask, PaddedQueries padded) {
    int rows() {
      return mask.examples() * mask.length();
    }

    Relative positions() {
      if (relative == null) {
        throw new IllegalStateException("relative terms without relative positions");
      }
      return relative;
    }
  }

  /** Computes the context; it lies in the tape. */
  public void forward(Pass pass, Matrix x, Setting setting, AttentionTape tape) {
    int rows = setting.rows();
    layers.query().forward(pass, x, tape.q.matrix(rows, shape.hidden()));
    layers.key().forward(pass, x, tape.k.matrix(rows, shape.hidden()));
    layers.value().forward(pass, x, tape.v.matrix(rows, shape.hidden()));
    if (relative != null) {
      relative.project(pass, setting.positions(), tape);
    }
    tape.p.matrix(shape.heads() * rows, setting.mask().length());
    tape.context.matrix(rows, shape.hidden());
    for (int head = 0; head < shape.heads(); head++) {
      probabilities(head, setting, tape);
      Matrix dropped = droppedProbabilities(pass, head, tape);
      context(head, setting, tape, dropped);
    }
  }

  private void probabilities(int head, Setting setting, AttentionTape tape) {
    Matrix q = head(tape.q, head); // [rows, d]
    Matrix k = head(tape.k, head);
    Matrix s = headRows(tape.p, head); // [rows, length]
    int length = s.columns();
    for (int from = 0; from < s.rows(); from += length) {
      Matrix keys = k.rows(from, length).t();
      backend.product(s.rows(from, length), shape.scale(), q.rows(from, length), keys);
    }
    if (relative != null) {
      relative.addTo(s, head, setting.positions().index(), tape);
    }
    backend.maskedSoftmax(s, AttentionMask.bidirectional(setting.mask()));
    if (setting.padded() == PaddedQueries.SEE_NOTHING) {
      backend.clearPadding(s, setting.mask());
    }
  }

  private Matrix droppedProbabilities(Pass pass, int head, AttentionTape tape) {
    Matrix p = headRows(tape.p, head);
    DropMask mask = dropout.mask(pass).part(head);
    if (mask.dropsNothing()) {
      return p;
    }
    Matrix dropped = scratch.probabilities.matrix(p.rows(), p.columns());
    backend.dropout(dropped, p, mask);
    return dropped;
  }

  private void context(int head, Setting setting, AttentionTape tape, Matrix dropped) {
    Matrix v = head(tape.v, head);
    Matrix context = head(tape.context, head);
    int length = setting.mask().length();
    for (int from = 0; from < v.rows(); from += length) {
      backend.product(
          context.rows(from, length), 1f, dropped.rows(from, length), v.rows(from, length));
    }
  }

  /** What a backward sweep needs of this module. */
  public record Needs(boolean input, boolean relative) {}

  /**
   * A backward step's gradients: of the context; of x and of the relative rows, added to where they
   * are needed.
   */
  public record Gradients(Matrix context, Matrix x, Matrix relative) {}

  /** The projections' own gradients, and those of the inputs that are needed. */
  public void backward(Pass pass, Matrix x, Step step) {
    var wants = wants(step.needs());
    prepare(step.setting(), wants);
    for (int head = 0; head < shape.heads(); head++) {
      headGradients(pass, head, step, wants);
    }
    contentGradients(pass, x, step, wants);
    if (relative != null) {
      relative.layerGradients(pass, step.setting().positions(), wants.positions());
      if (step.needs().relative()) {
        relative.addRowGradient(pass, step.gradients().relative());
      }
    }
  }

  /** All that a backward step works on. */
  public record Step(Setting setting, AttentionTape tape, Needs needs, Gradients gradients) {}

  private record Wants(boolean q, boolean k, boolean v, RelativeTerms.Wants positions) {
    boolean scores() {
      return q || k || positions.any();
    }
  }

  private Wants wants(Needs needs) {
    return new Wants(
        needs.input() || layers.query().isLive(),
        needs.input() || layers.key().isLive(),
        needs.input() || layers.value().isLive(),
        relative == null
            ? new RelativeTerms.Wants(false, false)
            : relative.wants(needs.relative()));
  }

  private void prepare(Setting setting, Wants wants) {
    int rows = setting.rows();
    scratch.dQ.matrix(wants.q() ? rows : 1, shape.hidden());
    scratch.dK.matrix(wants.k() ? rows : 1, shape.hidden());
    scratch.dV.matrix(wants.v() ? rows : 1, shape.hidden());
    if (relative != null) {
      relative.prepare(setting.positions().index().range(), wants.positions());
    }
  }

  private void headGradients(Pass pass, int head, Step step, Wants wants) {
    AttentionTape tape = step.tape();
    Matrix dContext = step.gradients().context().columns(head * shape.width(), shape.width());
    if (wants.v()) {
      Matrix dropped = droppedProbabilities(pass, head, tape);
      Matrix dV = head(scratch.dV, head);
      int length = dropped.columns();
      for (int from = 0; from < dV.rows(); from += length) {
        Matrix p = dropped.rows(from, length).t();
        backend.product(dV.rows(from, length), 1f, p, dContext.rows(from, length));
      }
    }
    if (wants.scores()) {
      Matrix dS = scoreGradient(pass, head, tape, dContext);
      contentTerms(head, tape, dS, wants);
      if (relative != null) {
        RelativeIndex index = step.setting().positions().index();
        var scores = new RelativeTerms.Scores(dS, head, index, tape);
        Matrix dQ = wants.q() ? head(scratch.dQ, head) : null;
        Matrix dK = wants.k() ? head(scratch.dK, head) : null;
        relative.contentGradients(scores, dQ, dK);
        relative.positionGradients(scores, wants.positions());
      }
    }
  }

  private Matrix scoreGradient(Pass pass, int head, AttentionTape tape, Matrix dContext) {
    Matrix p = headRows(tape.p, head);
    Matrix v = head(tape.v, head);
    int length = p.columns();
    Matrix dS = scratch.scores.matrix(p.rows(), length);
    for (int from = 0; from < p.rows(); from += length) {
      Matrix values = v.rows(from, length).t();
      backend.product(dS.rows(from, length), 1f, dContext.rows(from, length), values);
    }
    DropMask mask = dropout.mask(pass).part(head);
    if (!mask.dropsNothing()) {
      backend.dropout(dS, dS, mask);
    }
    backend.softmaxGradient(dS, p);
    return dS;
  }

  private void contentTerms(int head, AttentionTape tape, Matrix dS, Wants wants) {
    int length = dS.columns();
    for (int from = 0; from < dS.rows(); from += length) {
      Matrix s = dS.rows(from, length);
      if (wants.q()) {
        Matrix keys = head(tape.k, head).rows(from, length);
        backend.product(head(scratch.dQ, head).rows(from, length), shape.scale(), s, keys);
      }
      if (wants.k()) {
        Matrix queries = head(tape.q, head).rows(from, length);
        backend.product(head(scratch.dK, head).rows(from, length), shape.scale(), s.t(), queries);
      }
    }
  }

  private void contentGradients(Pass pass, Matrix x, Step step, Wants wants) {
    flow(pass, layers.query(), x, scratch.dQ, wants.q());
    flow(pass, layers.key(), x, scratch.dK, wants.k());
    flow(pass, layers.value(), x, scratch.dV, wants.v());
    if (step.needs().input()) {
      Matrix dX = step.gradients().x();
      layers.query().addInputGradient(pass, scratch.dQ.last(), dX);
      layers.key().addInputGradient(pass, scratch.dK.last(), dX);
      layers.value().addInputGradient(pass, scratch.dV.last(), dX);
    }
  }

  private static void flow(Pass pass, Linear layer, Matrix x, Buffer g, boolean wanted) {
    if (wanted) {
      layer.backward(pass, x, g.last());
    }
  }

  private Matrix head(Buffer buffer, int head) {
    return buffer.last().columns(head * shape.width(), shape.width());
  }

  private Matrix headRows(Buffer buffer, int head) {
    Matrix all = buffer.last();
    int rows = all.rows() / shape.heads();
    return all.rows(head * rows, rows);
  }
}
