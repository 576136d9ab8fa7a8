package io.winnow.model.task;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Metrics as scikit-learn and scipy compute them, in double. Arrays are parallel, predictions
 * first; they must be of one length, at least 1. What is undefined is 0, as in GLUE's script.
 */
public final class Metrics {
  private Metrics() {}

  /** Share of predictions that are right. */
  public static double accuracy(int[] predicted, int[] actual) {
    requireParallel(predicted.length, actual.length);
    int right = 0;
    for (int i = 0; i < actual.length; i++) {
      right += predicted[i] == actual[i] ? 1 : 0;
    }
    return (double) right / actual.length;
  }

  /** F1 of class 1: 2 tp / (2 tp + fp + fn); 0 where class 1 neither occurs nor is predicted. */
  public static double f1(int[] predicted, int[] actual) {
    requireParallel(predicted.length, actual.length);
    long hits = 0;
    long claims = 0;
    for (int i = 0; i < actual.length; i++) {
      hits += predicted[i] == 1 && actual[i] == 1 ? 1 : 0;
      claims += (predicted[i] == 1 ? 1 : 0) + (actual[i] == 1 ? 1 : 0);
    }
    return claims == 0 ? 0 : 2.0 * hits / claims;
  }

  /**
   * Matthews correlation for any number of classes (Gorodkin's R_K): covariance of the two label
   * vectors over the root of their variances; 0 where one of them has a single class.
   */
  public static double matthews(int[] predicted, int[] actual) {
    requireParallel(predicted.length, actual.length);
    int classes = 1 + Math.max(max(predicted), max(actual));
    double[] claimed = new double[classes];
    double[] occurring = new double[classes];
    double right = 0;
    for (int i = 0; i < actual.length; i++) {
      claimed[predicted[i]]++;
      occurring[actual[i]]++;
      right += predicted[i] == actual[i] ? 1 : 0;
    }
    double n = actual.length;
    double covariance = right * n - dot(claimed, occurring);
    double variances = (n * n - dot(claimed, claimed)) * (n * n - dot(occurring, occurring));
    return variances == 0 ? 0 : covariance / Math.sqrt(variances);
  }

  /** Pearson correlation; 0 where one side is constant. */
  public static double pearson(float[] predicted, float[] actual) {
    return correlation(doubles(predicted), doubles(actual));
  }

  /** Spearman correlation: Pearson of the ranks, ties share their average rank. */
  public static double spearman(float[] predicted, float[] actual) {
    return correlation(ranks(predicted), ranks(actual));
  }

  /** Mean squared error. */
  public static double meanSquaredError(float[] predicted, float[] actual) {
    requireParallel(predicted.length, actual.length);
    double sum = 0;
    for (int i = 0; i < actual.length; i++) {
      double error = (double) predicted[i] - actual[i];
      sum += error * error;
    }
    return sum / actual.length;
  }

  /** Share of texts that are the expected ones, but for white space around them. */
  public static double exactMatch(List<String> predicted, List<String> actual) {
    requireParallel(predicted.size(), actual.size());
    int right = 0;
    for (int i = 0; i < actual.size(); i++) {
      right += predicted.get(i).strip().equals(actual.get(i).strip()) ? 1 : 0;
    }
    return (double) right / actual.size();
  }

  /**
   * exp(loss per token): how many equally likely next tokens the model is as unsure as of.
   *
   * @param lossSum of all predicted tokens, in nats
   * @param tokens number of predicted tokens, at least 1
   */
  public static double perplexity(double lossSum, long tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("perplexity over " + tokens + " tokens");
    }
    return StrictMath.exp(lossSum / tokens);
  }

  /** Ranks from 1 on, ties averaged. */
  static double[] ranks(float[] values) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i] + 0f));
    double[] ranks = new double[values.length];
    for (int from = 0; from < order.length; ) {
      int to = from;
      while (to < order.length && values[order[to]] == values[order[from]]) {
        to++;
      }
      to = Math.max(to, from + 1);
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + 1 + to) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static double correlation(double[] x, double[] y) {
    requireParallel(x.length, y.length);
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - meanX;
      double dy = y[i] - meanY;
      xy += dx * dy;
      xx += dx * dx;
      yy += dy * dy;
    }
    return xx == 0 || yy == 0 ? 0 : xy / (Math.sqrt(xx) * Math.sqrt(yy));
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }

  private static int max(int[] labels) {
    return Arrays.stream(labels).max().orElseThrow();
  }

  private static double[] doubles(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  private static void requireParallel(int predicted, int actual) {
    if (predicted != actual || actual == 0) {
      throw new IllegalArgumentException(
          "%d predictions for %d labels".formatted(predicted, actual));
    }
  }
}
