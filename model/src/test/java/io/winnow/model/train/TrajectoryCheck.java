package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.io.SafeTensors;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;

/**
 * Compares steps and states with a trajectory's file. A value may be off by ten times the stated
 * deviation of the file's numbers from float64, plus 1e-6 of the largest magnitude of its row or
 * tensor. The file states a deviation for the loss and for omega; what has none of its own takes
 * omega's, which it feeds: omega's gradient, A, B, the task head, and the gradient norm, which is
 * over all heads at once, times the root of their number. A and B may be off by their {@link
 * AdamSlack} besides. Rates are computed in double: 1e-6 relative alone. Which heads are kept must
 * be equal.
 */
final class TrajectoryCheck {
  private static final double FACTOR = 10;
  private static final double RELATIVE = 1e-6;

  private final Trajectory trajectory;
  private final SafeTensors file;
  private final int heads;
  private final double omegaDeviation;
  private final AdamSlack slack = new AdamSlack();

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
    close(
        "grad_norm",
        row,
        new float[] {(float) decision.gradNorm()},
        Math.sqrt(heads) * omegaDeviation);
    float[] omega = omega(decision);
    close("omega", row, omega, omegaDeviation);
    kept(row, omega);
    rates(row, decision);
    close("omega_grad", row, omegaGradient(step), omegaDeviation);
    if (decision.omegaLr() != 0f) {
      close("omega_before_projection", row, omega(unprojected), omegaDeviation);
    }
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

  /** At the step of a restart omega rests; the file's rate of it is not used there. */
  private void rates(int row, StepDecision decision) {
    float[] expected = row("lr", row);
    float omegaLr = decision.restart() ? expected[1] : decision.omegaLr();
    float[] rates = {decision.lr(), omegaLr, decision.lr()};
    close("lr", row, Arrays.copyOf(rates, expected.length), 0);
  }

  /** Tells of the heads after a step, before their state is checked. */
  void moved(TrajectoryRun run, StepDecision decision) {
    if (decision.restart()) {
      slack.forget();
    } else {
      slack.moved(run.heads(), decision.lr());
    }
  }

  /** Checks A and B of the live heads, and the task head where the file has it. */
  void state(TrajectoryRun run, String when) {
    for (HeadState head : run.heads()) {
      AdapterId id = head.spec().id();
      moved(when, id + ".A", head.a());
      moved(when, id + ".B", head.b());
    }
    for (TensorTraining tensor : run.tensors()) {
      String name = when + "_head." + tensor.spec().name();
      if (!when.startsWith("step")) {
        close(name, tensor.values(), file.floats(name), omegaDeviation);
      }
    }
  }

  private void moved(String when, String name, float[] got) {
    float[] want = file.floats(when + "." + name);
    close(when + "." + name, got, want, i -> FACTOR * omegaDeviation + slack.of(name, i));
  }

  private float[] row(String name, int row) {
    float[] all = file.floats(name);
    int width = all.length / trajectory.steps();
    return Arrays.copyOfRange(all, row * width, (row + 1) * width);
  }

  private void close(String name, int row, float[] got, double deviation) {
    close(name + " of step " + (row + 1), got, row(name, row), deviation);
  }

  private void close(String what, float[] got, float[] want, double deviation) {
    close(what, got, want, i -> FACTOR * deviation);
  }

  /** Each value within what it may be off by, plus the share of the largest magnitude. */
  private void close(String what, float[] got, float[] want, IntToDoubleFunction off) {
    assertThat(got).as("%s: %s", trajectory, what).hasSameSizeAs(want);
    double largest = 0;
    for (float value : want) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < want.length; i++) {
      double tolerance = off.applyAsDouble(i) + RELATIVE * largest;
      assertThat((double) got[i])
          .as("%s: %s [%d]", trajectory, what, i)
          .isBetween(want[i] - tolerance, want[i] + tolerance);
    }
  }
}
