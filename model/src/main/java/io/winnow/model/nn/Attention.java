package io.winnow.model.nn;

import io.winnow.model.compute.AttentionMask;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.DropMask;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Rotary;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot-product attention, of a sequence on itself or on another one (the memory):
 *
 * <pre>
 *   Q = query(x)                                    [examples * queries, heads * d]
 *   K, V = key(m), value(m)                         [examples * keys, keyHeads * d]
 *   S[i, j] = Q_i K_j / sqrt(d),   where query i sees key j
 *   context = drop(softmax(S)) V                    [examples * queries, heads * d]
 * </pre>
 *
 * for each head of width d. Several heads may share a key head (grouped queries): head h reads key
 * head h * keyHeads / heads. Rotary positions, where there are any, turn Q and K. Heads are columns
 * of Q, K, V: products take them by leading dimension.
 */
public final class Attention {
  private final Backend backend;
  private final Layers layers;
  private final Shape shape;
  private final Dropout dropout;
  private final Scratch scratch;

  /** The projections; the one behind the context belongs to the block. */
  public record Layers(Linear query, Linear key, Linear value) {
    boolean isLive() {
      return query.isLive() || key.isLive() || value.isLive();
    }
  }

  /** Heads of queries, heads of keys and values, and the width of each. */
  public record Shape(int heads, int keyHeads, int width) {
    int hidden() {
      return heads * width;
    }

    int keyHidden() {
      return keyHeads * width;
    }

    float scale() {
      return (float) (1.0 / Math.sqrt(width));
    }

    int keyHead(int head) {
      return head / (heads / keyHeads);
    }
  }

  /**
   * What a sweep says: who sees whom, and how queries and keys turn; both null where positions are
   * not rotary.
   */
  public record Setting(AttentionMask mask, @Nullable Rotary queries, @Nullable Rotary keys) {
    /** Without rotary positions. */
    public static Setting of(AttentionMask mask) {
      return new Setting(mask, null, null);
    }
  }

  /** Kept from forward to backward. */
  public static final class Tape {
    private final Buffer q; // [examples * queries, heads * d]
    private final Buffer k; // [examples * keys, keyHeads * d]
    private final Buffer v;
    private final Buffer p; // probabilities before dropout [heads * examples * queries, keys]
    private final Buffer context; // [examples * queries, heads * d]

    public Tape(Workspace workspace) {
      this.q = workspace.buffer();
      this.k = workspace.buffer();
      this.v = workspace.buffer();
      this.p = workspace.buffer();
      this.context = workspace.buffer();
    }

    /** The output of the last forward. */
    public Matrix context() {
      return context.last();
    }

    /** Probabilities of the last forward, before dropout: {@code [heads * rows, keys]}. */
    public Matrix probabilities() {
      return p.last();
    }
  }

  /** Memory that no attention of a network keeps across calls. */
  public static final class Scratch {
    private final Buffer probabilities; // dropped, one head [rows, keys]
    private final Buffer scores; // gradient of one head's scores [rows, keys]
    private final Buffer dQ; // [rows, heads * d]
    private final Buffer dK; // [key rows, keyHeads * d]
    private final Buffer dV;

    public Scratch(Workspace workspace) {
      this.probabilities = workspace.buffer();
      this.scores = workspace.buffer();
      this.dQ = workspace.buffer();
      this.dK = workspace.buffer();
      this.dV = workspace.buffer();
    }
  }

  /** The projections, their sizes, the dropout on the probabilities, and shared memory. */
  public Attention(Backend backend, Layers layers, Shape shape, Dropout dropout, Scratch scratch) {
    if (shape.heads() % shape.keyHeads() != 0) {
      throw new IllegalStateException(
          shape.heads() + " heads do not share " + shape.keyHeads() + " key heads evenly");
    }
    this.backend = backend;
    this.layers = layers;
    this.shape = shape;
    this.dropout = dropout;
    this.scratch = scratch;
  }

  public boolean isLive() {
    return layers.isLive();
  }

  /** Where a sweep's queries and keys come from; the same matrix twice for self-attention. */
  public record Inputs(Matrix x, Matrix memory) {
    /** A sequence on itself. */
    public static Inputs self(Matrix x) {
      return new Inputs(x, x);
    }
  }

  /** Computes the context; it lies in the tape. */
  public void forward(Pass pass, Inputs inputs, Setting setting, Tape tape) {
    Matrix k = tape.k.matrix(inputs.memory().rows(), shape.keyHidden());
    Matrix v = tape.v.matrix(inputs.memory().rows(), shape.keyHidden());
    project(pass, inputs.memory(), setting.keys(), k, v);
    attend(pass, inputs.x(), setting, new KeyRows(k, v, setting.mask().keys()), tape);
  }

  /** The keys and values of some rows, as {@link #decode} will read them from a cache. */
  public void remember(Pass pass, Matrix memory, @Nullable Rotary rotary, KeyValues cache) {
    project(pass, memory, rotary, cache.newKeys(), cache.newValues());
  }

  /** Computes the context of x on what a cache holds; only for sweeps without a backward. */
  public void decode(Pass pass, Matrix x, Setting setting, KeyValues cache, Tape tape) {
    attend(pass, x, setting, cache.rows(), tape);
  }

  /**
   * Keys and values by example.
   *
   * @param k and {@code v}: {@code [examples * stride, keyHeads * d]}
   * @param stride rows from one example to the next
   */
  record KeyRows(Matrix k, Matrix v, int stride) {}

  private void project(Pass pass, Matrix memory, @Nullable Rotary rotary, Matrix k, Matrix v) {
    layers.key().forward(pass, memory, k);
    if (rotary != null) {
      backend.rotate(k, rotary, Rotary.Turn.FORWARD);
    }
    layers.value().forward(pass, memory, v);
  }

  private void attend(Pass pass, Matrix x, Setting setting, KeyRows keys, Tape tape) {
    Matrix q = tape.q.matrix(x.rows(), shape.hidden());
    layers.query().forward(pass, x, q);
    if (setting.queries() != null) {
      backend.rotate(q, setting.queries(), Rotary.Turn.FORWARD);
    }
    tape.p.matrix(shape.heads() * x.rows(), setting.mask().keys());
    tape.context.matrix(x.rows(), shape.hidden());
    for (int head = 0; head < shape.heads(); head++) {
      probabilities(head, setting.mask(), keys, tape);
      context(pass, head, setting.mask(), keys, tape);
    }
  }

  private void probabilities(int head, AttentionMask mask, KeyRows keys, Tape tape) {
    Matrix q = columns(tape.q.last(), head); // [rows, d]
    Matrix k = columns(keys.k(), shape.keyHead(head)); // [key rows, d]
    Matrix s = headRows(tape.p.last(), head); // [rows, keys]
    for (int e = 0; e < mask.examples(); e++) {
      Matrix seen = k.rows(e * keys.stride(), mask.keys()).t();
      backend.product(queries(s, e, mask), shape.scale(), queries(q, e, mask), seen);
    }
    backend.maskedSoftmax(s, mask);
  }

  private void context(Pass pass, int head, AttentionMask mask, KeyRows keys, Tape tape) {
    Matrix p = dropped(pass, head, tape);
    Matrix v = columns(keys.v(), shape.keyHead(head));
    Matrix context = columns(tape.context.last(), head);
    for (int e = 0; e < mask.examples(); e++) {
      Matrix values = v.rows(e * keys.stride(), mask.keys());
      backend.product(queries(context, e, mask), 1f, queries(p, e, mask), values);
    }
  }

  private Matrix dropped(Pass pass, int head, Tape tape) {
    Matrix p = headRows(tape.p.last(), head);
    DropMask mask = dropout.mask(pass).part(head);
    if (mask.dropsNothing()) {
      return p;
    }
    Matrix dropped = scratch.probabilities.matrix(p.rows(), p.columns());
    backend.dropout(dropped, p, mask);
    return dropped;
  }

  /**
   * One backward step.
   *
   * @param dContext the gradient of the context
   * @param dx what the gradient of x is added to; null where nothing below needs it
   * @param dMemory the same for the memory; {@code dx} again for self-attention
   */
  public record Step(
      Setting setting, Tape tape, Matrix dContext, @Nullable Matrix dx, @Nullable Matrix dMemory) {}

  /** The projections' own gradients, and those of the inputs that are needed. */
  public void backward(Pass pass, Inputs inputs, Step step) {
    boolean wantsQ = step.dx() != null || layers.query().isLive();
    boolean wantsK = step.dMemory() != null || layers.key().isLive();
    boolean wantsV = step.dMemory() != null || layers.value().isLive();
    Matrix dQ = scratch.dQ.matrix(wantsQ ? inputs.x().rows() : 1, shape.hidden());
    Matrix dK = scratch.dK.matrix(wantsK ? inputs.memory().rows() : 1, shape.keyHidden());
    Matrix dV = scratch.dV.matrix(wantsV ? inputs.memory().rows() : 1, shape.keyHidden());
    backend.fill(dK, 0f);
    backend.fill(dV, 0f);
    for (int head = 0; head < shape.heads(); head++) {
      if (wantsV) {
        valueGradient(pass, head, step, dV);
      }
      if (wantsQ || wantsK) {
        Matrix ds = scoreGradient(pass, head, step);
        if (wantsQ) {
          queryGradient(head, step, ds, dQ);
        }
        if (wantsK) {
          keyGradient(head, step, ds, dK);
        }
      }
    }
    if (wantsQ) {
      turnBack(dQ, step.setting().queries());
      layerGradients(pass, layers.query(), new Flow(inputs.x(), dQ, step.dx()));
    }
    if (wantsK) {
      turnBack(dK, step.setting().keys());
      layerGradients(pass, layers.key(), new Flow(inputs.memory(), dK, step.dMemory()));
    }
    if (wantsV) {
      layerGradients(pass, layers.value(), new Flow(inputs.memory(), dV, step.dMemory()));
    }
  }

  /** dV += drop(P)^T dContext. */
  private void valueGradient(Pass pass, int head, Step step, Matrix dV) {
    AttentionMask mask = step.setting().mask();
    Matrix p = dropped(pass, head, step.tape());
    Matrix dContext = columns(step.dContext(), head);
    Matrix into = columns(dV, shape.keyHead(head));
    for (int e = 0; e < mask.examples(); e++) {
      Matrix rows = into.rows(e * mask.keys(), mask.keys());
      backend.addProduct(rows, 1f, queries(p, e, mask).t(), queries(dContext, e, mask));
    }
  }

  /** dS = P (dP - sum(P dP)), dP = drop(dContext V^T). */
  private Matrix scoreGradient(Pass pass, int head, Step step) {
    AttentionMask mask = step.setting().mask();
    Matrix p = headRows(step.tape().p.last(), head);
    Matrix ds = scratch.scores.matrix(p.rows(), p.columns());
    Matrix dContext = columns(step.dContext(), head);
    Matrix v = columns(step.tape().v.last(), shape.keyHead(head));
    for (int e = 0; e < mask.examples(); e++) {
      Matrix values = v.rows(e * mask.keys(), mask.keys()).t();
      backend.product(queries(ds, e, mask), 1f, queries(dContext, e, mask), values);
    }
    DropMask drop = dropout.mask(pass).part(head);
    if (!drop.dropsNothing()) {
      backend.dropout(ds, ds, drop);
    }
    backend.softmaxGradient(ds, p);
    return ds;
  }

  private void queryGradient(int head, Step step, Matrix ds, Matrix dQ) {
    AttentionMask mask = step.setting().mask();
    Matrix k = columns(step.tape().k.last(), shape.keyHead(head));
    Matrix into = columns(dQ, head);
    for (int e = 0; e < mask.examples(); e++) {
      Matrix keys = k.rows(e * mask.keys(), mask.keys());
      backend.product(queries(into, e, mask), shape.scale(), queries(ds, e, mask), keys);
    }
  }

  private void keyGradient(int head, Step step, Matrix ds, Matrix dK) {
    AttentionMask mask = step.setting().mask();
    Matrix q = columns(step.tape().q.last(), head);
    Matrix into = columns(dK, shape.keyHead(head));
    for (int e = 0; e < mask.examples(); e++) {
      Matrix rows = into.rows(e * mask.keys(), mask.keys());
      backend.addProduct(rows, shape.scale(), queries(ds, e, mask).t(), queries(q, e, mask));
    }
  }

  private void turnBack(Matrix gradient, @Nullable Rotary rotary) {
    if (rotary != null) {
      backend.rotate(gradient, rotary, Rotary.Turn.BACKWARD);
    }
  }

  private record Flow(Matrix in, Matrix g, @Nullable Matrix dIn) {}

  private static void layerGradients(Pass pass, Linear layer, Flow flow) {
    layer.backward(pass, flow.in(), flow.g());
    if (flow.dIn() != null) {
      layer.addInputGradient(pass, flow.g(), flow.dIn());
    }
  }

  /** The columns of a head. */
  private Matrix columns(Matrix all, int head) {
    return all.columns(head * shape.width(), shape.width());
  }

  private Matrix headRows(Matrix all, int head) {
    int rows = all.rows() / shape.heads();
    return all.rows(head * rows, rows);
  }

  /** The rows of an example's queries. */
  private static Matrix queries(Matrix all, int example, AttentionMask mask) {
    return all.rows(example * mask.queries(), mask.queries());
  }
}
