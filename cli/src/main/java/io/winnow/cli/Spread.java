package io.winnow.cli;

/**
 * Mean and sample standard deviation sqrt(sum (x - mean)^2 / (n - 1)) of a few numbers.
 *
 * @param n how many
 * @param deviation NaN for fewer than two
 */
record Spread(int n, double mean, double deviation) {
  private static final double CONFIDENCE = 0.95;

  static Spread of(double... values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double mean = sum / values.length;
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double deviation = values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
    return new Spread(values.length, mean, deviation);
  }

  /** t s / sqrt(n): mean +- this is the 95 % interval of the mean; NaN for fewer than two. */
  double halfInterval() {
    return n < 2 ? Double.NaN : StudentT.twoSided(CONFIDENCE, n - 1) * deviation / Math.sqrt(n);
  }
}
