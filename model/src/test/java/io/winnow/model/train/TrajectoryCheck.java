package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.io.SafeTensors;
import java.util.Arrays;

/**
 * Compares steps and states with a trajectory's file. A value may be off by ten times the deviation
 * of the file's numbers from float64, plus 1e-6 of the largest magnitude of its row or tensor. The
 * file states a deviation for the loss and for omega, trajectory-deviation.json one for B A, which
 * trajectory_deviation.py measured. What has none of its own takes omega's, which it feeds: omega's
 * gradient, the task head, and the gradient norm, which is over all heads at once, times the root
 * of their number. Rates are computed in double: 1e-6 relative alone. Which heads are kept must be
 * equal.
 *
 * <p>A and B are compared by their product, which is all that the network sees of them: the signs
 * of a QR decomposition are free. The gradient norm is checked up to the first expansion: the first
 * update of a head that has just grown moves each value by rate g / (|g| + 3e-5), which makes 1e-5
 * of a rounding error in a gradient next to nothing.
 */
final class TrajectoryCheck {
  private static final double FACTOR = 10;
  private static final double RELATIVE = 1e-6;

  private final Trajectory trajectory;
  private final SafeTensors file;
  private final int heads;
  private final double omegaDeviation;

  TrajectoryCheck(Trajectory trajectory, SafeTensors file, int heads) {
    this.trajectory = trajectory;
    this.file = file;
    this.heads = heads;
    this.omegaDeviation = trajectory.deviation("omega");
  }

  /**
   * Checks a step.
   *
   * @param unprojected what would have been decided if all heads stayed
   */
  void step(TrajectoryRun.Step step, StepDecision unprojected) {
    StepDecision decision = step.decision();
    int row = (int) decision.step() - 1;
    close("loss", row, new float[] {(float) step.loss()}, trajectory.deviation("loss"));
    if (!trajectory.hasGrownAt(decision.step())) {
      close(
          "grad_norm",
          row,
          new float[] {(float) decision.gradNorm()},
          Math.sqrt(heads) * omegaDeviation);
    }
    float[] omega = omega(decision);
    close("omega", row, omega, omegaDeviation);
    kept(row, omega);
    rates(row, decision);
    close("omega_grad of step " + (row + 1), omegaGradient(step), fileGradient(step, row));
    if (decision.omegaLr() != 0f) {
      float[] before = row("omega_before_projection", row);
      close(
          "omega_before_projection of step " + (row + 1), omega(unprojected), ofLive(step, before));
    }
  }

  private void close(String what, float[] got, float[] want) {
    close(what, got, want, omegaDeviation);
  }

  /** The file's gradient of those omegas that move. */
  private float[] fileGradient(TrajectoryRun.Step step, int row) {
    boolean counts = trajectory.kind().equals(Trajectory.EXPANDED) && step.omegaIsFrozen();
    return counts ? new float[heads] : ofLive(step, row("omega_grad", row));
  }

  /** WeightLoRA+ as published reports values of dropped heads, too. */
  private float[] ofLive(TrajectoryRun.Step step, float[] all) {
    if (!trajectory.kind().equals(Trajectory.EXPANDED)) {
      return all;
    }
    float[] live = new float[heads];
    step.reports().stream()
        .flatMap(report -> report.heads().stream())
        .forEach(head -> live[head.id().index()] = all[head.id().index()]);
    return live;
  }

  private float[] omega(StepDecision decision) {
    float[] omega = new float[heads];
    decision.omega().forEach((id, state) -> omega[id.index()] = state.value());
    return omega;
  }

  /** After clipping; the file has zeros where omega is frozen for good. */
  private float[] omegaGradient(TrajectoryRun.Step step) {
    float[] gradient = new float[heads];
    if (!step.omegaIsFrozen()) {
      float clip = step.decision().clip();
      step.reports().stream()
          .flatMap(report -> report.heads().stream())
          .forEach(head -> gradient[head.id().index()] = head.dOmega() * clip);
    }
    return gradient;
  }

  private void kept(int row, float[] omega) {
    long[] kept = new long[heads];
    for (int i = 0; i < heads; i++) {
      kept[i] = omega[i] == 0f ? 0 : 1;
    }
    long[] all = file.longs("kept");
    assertThat(kept)
        .as("%s: kept after step %d", trajectory, row + 1)
        .containsExactly(Arrays.copyOfRange(all, row * heads, (row + 1) * heads));
  }

  /** Where omega rests, the file's rate of it is not used. */
  private void rates(int row, StepDecision decision) {
    float[] expected = row("lr", row);
    boolean rests = decision.restart() || decision.omegaLr() == 0f;
    float omegaLr = rests ? expected[1] : decision.omegaLr();
    float[] rates = {decision.lr(), omegaLr, decision.lr()};
    close("lr", row, Arrays.copyOf(rates, expected.length), 0);
  }

  /** Checks B A of the live heads, and the task head where the file has it. */
  void state(TrajectoryRun run, String when) {
    for (LoraHead head : run.heads()) {
      String name = when + "." + head.spec().id();
      float[] a = file.floats(name + ".A");
      float[] b = file.floats(name + ".B");
      HeadSize size = head.size();
      close(
          name + " B A",
          product(size, head.a(), head.b()),
          product(size, a, b),
          trajectory.productDeviation(when));
    }
    for (TensorTraining tensor : run.tensors()) {
      String name = when + "_head." + tensor.spec().name();
      if (!when.startsWith("step")) {
        close(name, tensor.values(), file.floats(name), omegaDeviation);
      }
    }
  }

  /** B A, {@code [out, in]}. */
  private static float[] product(HeadSize size, float[] a, float[] b) {
    assertThat(a).hasSize(size.rank() * size.in());
    assertThat(b).hasSize(size.out() * size.rank());
    float[] product = new float[size.out() * size.in()];
    for (int i = 0; i < product.length; i++) {
      double sum = 0;
      for (int k = 0; k < size.rank(); k++) {
        sum += (double) b[i / size.in() * size.rank() + k] * a[k * size.in() + i % size.in()];
      }
      product[i] = (float) sum;
    }
    return product;
  }

  private float[] row(String name, int row) {
    float[] all = file.floats(name);
    int width = all.length / trajectory.steps();
    return Arrays.copyOfRange(all, row * width, (row + 1) * width);
  }

  private void close(String name, int row, float[] got, double deviation) {
    close(name + " of step " + (row + 1), got, row(name, row), deviation);
  }

  /** Each value within what it may be off by, plus the share of the largest magnitude. */
  private void close(String what, float[] got, float[] want, double deviation) {
    assertThat(got).as("%s: %s", trajectory, what).hasSameSizeAs(want);
    double tolerance = FACTOR * deviation + RELATIVE * largest(want);
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i])
          .as("%s: %s [%d]", trajectory, what, i)
          .isBetween(want[i] - tolerance, want[i] + tolerance);
    }
  }

  private static double largest(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
