package io.winnow.model.nn;

import io.winnow.model.compute.Activation;
import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace;
import io.winnow.model.compute.Workspace.Buffer;

/**
 * y = (silu(x Wg^T) * (x Wu^T)) Wd^T, with heads on all three layers:
 *
 * <pre>
 *   s = silu(x Wg^T),  u = x Wu^T,  m = s * u                [rows, width]
 *
 *   dm = g Wd
 *   du = dm * s,  da = dm * u * silu'(x Wg^T)
 *   dx = du Wu + da Wg
 * </pre>
 */
public final class GatedFeedForward {
  private final Backend backend;
  private final Layers layers;
  private final int width;
  private final Scratch scratch;

  /** The three layers. */
  public record Layers(Linear gate, Linear up, Linear down) {
    boolean isLive() {
      return down.isLive() || isLiveBelow();
    }

    boolean isLiveBelow() {
      return gate.isLive() || up.isLive();
    }
  }

  /**
   * The layers, and shared memory.
   *
   * @param width of the middle
   */
  public GatedFeedForward(Compute compute, Layers layers, int width, Scratch scratch) {
    this.backend = compute.backend();
    this.layers = layers;
    this.width = width;
    this.scratch = scratch;
  }

  /** Kept from forward to backward, each {@code [rows, width]}. */
  public static final class Tape {
    private final Buffer gate; // s
    private final Buffer slope; // silu'
    private final Buffer up; // u
    private final Buffer middle; // m

    public Tape(Workspace workspace) {
      this.gate = workspace.buffer();
      this.slope = workspace.buffer();
      this.up = workspace.buffer();
      this.middle = workspace.buffer();
    }
  }

  /** Memory that no layer of a network keeps across calls, each {@code [rows, width]}. */
  public static final class Scratch {
    private final Buffer gate; // dm, then da
    private final Buffer up; // du

    public Scratch(Workspace workspace) {
      this.gate = workspace.buffer();
      this.up = workspace.buffer();
    }
  }

  public boolean isLive() {
    return layers.isLive();
  }

  /** Computes y [rows, out] from x [rows, in]. */
  public void forward(Pass pass, Matrix x, Matrix y, Tape tape) {
    Matrix gate = tape.gate.matrix(x.rows(), width);
    Matrix up = tape.up.matrix(x.rows(), width);
    Matrix middle = tape.middle.matrix(x.rows(), width);
    Matrix slope = pass.keepsTape() ? tape.slope.matrix(x.rows(), width) : null;
    layers.gate().forward(pass, x, gate);
    backend.activate(Activation.SILU, gate, slope, gate);
    layers.up().forward(pass, x, up);
    backend.copy(middle, gate);
    backend.multiply(middle, up);
    layers.down().forward(pass, middle, y);
  }

  /** The layers' own gradients; leaves what {@link #setInputGradient} reads where it goes on. */
  public void backward(Pass pass, FeedForward.Flow flow, Tape tape) {
    Matrix g = flow.g();
    layers.down().backward(pass, tape.middle.last(), g);
    if (!flow.goesOn() && !layers.isLiveBelow()) {
      return;
    }
    Matrix dGate = scratch.gate.matrix(g.rows(), width);
    Matrix dUp = scratch.up.matrix(g.rows(), width);
    layers.down().setInputGradient(pass, g, dGate); // dm
    backend.copy(dUp, dGate);
    backend.multiply(dUp, tape.gate.last());
    backend.multiply(dGate, tape.up.last());
    backend.multiply(dGate, tape.slope.last());
    layers.up().backward(pass, flow.x(), dUp);
    layers.gate().backward(pass, flow.x(), dGate);
  }

  /** dx = the gradient in x; after {@link #backward}. */
  public void setInputGradient(Pass pass, Matrix dx) {
    layers.up().setInputGradient(pass, scratch.up.last(), dx);
    layers.gate().addInputGradient(pass, scratch.gate.last(), dx);
  }
}
