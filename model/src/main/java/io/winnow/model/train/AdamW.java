package io.winnow.model.train;

/**
 * AdamW on plain arrays, in the two conventions of {@link OptimizerSettings.Kind}:
 *
 * <pre>
 * m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2
 * ADAMW     p = p (1 - lr wd);  p -= lr / (1 - b1^t) * m / (sqrt(v / (1 - b2^t)) + eps)
 * ADAMW_HF  p -= lr sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + eps);  p -= lr wd p
 * </pre>
 *
 * Sources: torch.optim.AdamW; the published WeightLoRA optimizer (fixtures README). Inputs are
 * never written: an update returns new arrays.
 */
public final class AdamW {
  /** A parameter's new values and moments. */
  public record Updated(float[] values, Moments moments) {}

  /** Rates of one update: learning rate, and the weight decay that applies to this parameter. */
  public record Rate(float lr, float weightDecay) {}

  private final OptimizerSettings settings;

  public AdamW(OptimizerSettings settings) {
    this.settings = settings;
  }

  /**
   * One update.
   *
   * @param g gradient, already clipped; empty = zero everywhere (a masked head, moved by its
   *     momentum alone)
   */
  public Updated update(float[] p, float[] g, Moments before, Rate rate) {
    float[] values = new float[p.length];
    Moments after =
        new Moments(new float[p.length], new float[p.length], Math.addExact(before.steps(), 1));
    Factors f = factors(after.steps(), rate);
    for (int i = 0; i < p.length; i++) {
      float gradient = g.length == 0 ? 0f : g[i];
      float m = settings.beta1() * before.m()[i] + f.oneMinusBeta1 * gradient;
      float v = settings.beta2() * before.v()[i] + f.oneMinusBeta2 * (gradient * gradient);
      after.m()[i] = m;
      after.v()[i] = v;
      float decayed = p[i] * f.decayBefore;
      float root = (float) Math.sqrt(v) * f.rootScale + settings.eps();
      float moved = decayed - f.stepSize * (m / root);
      values[i] = moved - f.decayAfter * moved;
    }
    return new Updated(values, after);
  }

  private record Factors(
      float stepSize,
      float rootScale,
      float decayBefore,
      float decayAfter,
      float oneMinusBeta1,
      float oneMinusBeta2) {}

  private Factors factors(long t, Rate rate) {
    double beta1 = settings.beta1();
    double beta2 = settings.beta2();
    double correction1 = 1 - StrictMath.pow(decimal(beta1), t);
    double correction2 = 1 - StrictMath.pow(decimal(beta2), t);
    float one1 = (float) (1 - decimal(beta1));
    float one2 = (float) (1 - decimal(beta2));
    double lr = decimal(rate.lr());
    double decay = lr * decimal(rate.weightDecay());
    return switch (settings.kind()) {
      case ADAMW ->
          new Factors(
              (float) (lr / correction1),
              (float) (1 / Math.sqrt(correction2)),
              (float) (1 - decay),
              0f,
              one1,
              one2);
      case ADAMW_HF ->
          new Factors(
              (float) (lr * Math.sqrt(correction2) / correction1),
              1f,
              1f,
              (float) decay,
              one1,
              one2);
    };
  }

  /** The decimal number that a float setting was written as: 0.999, not 0.9990000128746033. */
  private static double decimal(double setting) {
    return Double.parseDouble(Float.toString((float) setting));
  }
}
