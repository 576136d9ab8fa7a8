package io.winnow.model.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * AdaLoRA as the paper has it, in double and without any of the code under test: two heads, each of
 * which is to become a matrix C_t that changes from step to step, loss 1/2 ||s P diag(lambda) Q -
 * C_t||_F^2. Torch's AdamW without decay. The masks go by the scores before the step.
 */
final class AdaLoraOracle {
  static final double LR = 0.05;
  static final double BETA1 = 0.9;
  static final double BETA2 = 0.999;
  static final double EPS = 1e-8;
  static final double CLIP = 1.0;
  static final double GAMMA = 0.1;
  static final double SMOOTHING = 0.85;

  /** P, lambda or Q. */
  static final class Part {
    final double[] w;
    final double[] m;
    final double[] v;
    final double[] mean;
    final double[] spread;
    double[] g;

    Part(float[] start) {
      w = new double[start.length];
      for (int i = 0; i < w.length; i++) {
        w[i] = start[i];
      }
      m = new double[w.length];
      v = new double[w.length];
      mean = new double[w.length];
      spread = new double[w.length];
    }

    private void step(double clip, long t, boolean importanceMoves) {
      for (int i = 0; i < w.length; i++) {
        double gi = g[i] * clip;
        m[i] = BETA1 * m[i] + (1 - BETA1) * gi;
        v[i] = BETA2 * v[i] + (1 - BETA2) * gi * gi;
        double mHat = m[i] / (1 - Math.pow(BETA1, t));
        double vHat = v[i] / (1 - Math.pow(BETA2, t));
        w[i] -= LR * mHat / (Math.sqrt(vHat) + EPS);
        if (importanceMoves) {
          double now = Math.abs(w[i] * gi);
          mean[i] = SMOOTHING * mean[i] + (1 - SMOOTHING) * now;
          spread[i] = SMOOTHING * spread[i] + (1 - SMOOTHING) * Math.abs(now - mean[i]);
        }
      }
    }

    private double score(int i) {
      return mean[i] * spread[i];
    }
  }

  /** One head; P is out x r, Q is r x in. */
  record Head(int in, int out, int r, double scale, Part p, Part lambda, Part q) {
    private double[] error(double[] c) {
      double[] e = new double[out * in];
      for (int j = 0; j < out; j++) {
        for (int k = 0; k < in; k++) {
          double sum = 0;
          for (int i = 0; i < r; i++) {
            sum += p.w[j * r + i] * lambda.w[i] * q.w[i * in + k];
          }
          e[j * in + k] = scale * sum - c[j * in + k];
        }
      }
      return e;
    }

    private void backward(double[] c) {
      double[] e = error(c);
      p.g = new double[p.w.length];
      lambda.g = new double[r];
      q.g = new double[q.w.length];
      for (int j = 0; j < out; j++) {
        for (int k = 0; k < in; k++) {
          for (int i = 0; i < r; i++) {
            double se = scale * e[j * in + k];
            p.g[j * r + i] += se * lambda.w[i] * q.w[i * in + k];
            lambda.g[i] += se * p.w[j * r + i] * q.w[i * in + k];
            q.g[i * in + k] += se * lambda.w[i] * p.w[j * r + i];
          }
        }
      }
      orthogonality();
    }

    /** Gradient of gamma (||P^T P - I||^2 + ||Q Q^T - I||^2). */
    private void orthogonality() {
      for (int a = 0; a < r; a++) {
        for (int b = 0; b < r; b++) {
          double ofP = a == b ? -1 : 0;
          double ofQ = a == b ? -1 : 0;
          for (int j = 0; j < out; j++) {
            ofP += p.w[j * r + a] * p.w[j * r + b];
          }
          for (int k = 0; k < in; k++) {
            ofQ += q.w[a * in + k] * q.w[b * in + k];
          }
          for (int j = 0; j < out; j++) {
            p.g[j * r + a] += 4 * GAMMA * ofP * p.w[j * r + b];
          }
          for (int k = 0; k < in; k++) {
            q.g[a * in + k] += 4 * GAMMA * ofQ * q.w[b * in + k];
          }
        }
      }
    }

    private double score(int i) {
      double ofP = 0;
      for (int j = 0; j < out; j++) {
        ofP += p.score(j * r + i) / out;
      }
      double ofQ = 0;
      for (int k = 0; k < in; k++) {
        ofQ += q.score(i * in + k) / in;
      }
      return lambda.score(i) + ofP + ofQ;
    }

    private double squares() {
      double sum = 0;
      for (Part part : List.of(p, lambda, q)) {
        for (double g : part.g) {
          sum += g * g;
        }
      }
      return sum;
    }
  }

  /** t_init, t_final, delta_T, T and the triplets at the end. */
  record Plan(long warmup, long rest, long every, long total, int target) {}

  private record Place(Head head, int triplet, double score) {}

  private final List<Head> heads;
  private final Plan plan;
  private double gradNorm;

  AdaLoraOracle(List<Head> heads, Plan plan) {
    this.heads = heads;
    this.plan = plan;
  }

  double gradNorm() {
    return gradNorm;
  }

  /** One step towards these matrices; which triplets were dropped at its end. */
  void step(long t, List<double[]> targets) {
    List<Place> places = places();
    double sum = 0;
    for (int h = 0; h < heads.size(); h++) {
      heads.get(h).backward(targets.get(h));
      sum += heads.get(h).squares();
    }
    gradNorm = Math.sqrt(sum);
    double clip = Math.min(1, CLIP / (gradNorm + 1e-6));
    for (Head head : heads) {
      for (Part part : List.of(head.p, head.lambda, head.q)) {
        part.step(clip, t, t < plan.total - plan.rest);
      }
    }
    boolean rests = t > plan.total - plan.rest;
    if (t > plan.warmup && (rests || t % plan.every == 0)) {
      places.stream().skip(budget(t)).forEach(place -> place.head.lambda.w[place.triplet] = 0);
    }
  }

  /** All triplets by what they mattered before this step, the best first. */
  private List<Place> places() {
    List<Place> places = new ArrayList<>();
    for (Head head : heads) {
      for (int i = 0; i < head.r; i++) {
        places.add(new Place(head, i, head.score(i)));
      }
    }
    places.sort(Comparator.comparingDouble(place -> -place.score));
    return places;
  }

  private int budget(long t) {
    int all = heads.stream().mapToInt(Head::r).sum();
    double left = 1 - (double) (t - plan.warmup) / (plan.total - plan.rest - plan.warmup);
    return t > plan.total - plan.rest
        ? plan.target
        : (int) (plan.target + (all - plan.target) * Math.pow(left, 3));
  }
}
