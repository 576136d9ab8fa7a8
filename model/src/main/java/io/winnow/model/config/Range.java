package io.winnow.model.config;

/** The range of a decimal setting. {@code example} lies in it. */
enum Range {
  POSITIVE("above 0", 1),
  NOT_NEGATIVE("of at least 0", 0),
  BELOW_ONE("from 0 to below 1", 0),
  UNIT("from 0 to 1", 0),
  SHARE("above 0, at most 1", 1),
  FACTOR("above 1, or off", 3),
  PERCENT("from 0 to 100", 0),
  ANY("that is finite", 0);

  private final String words;
  private final double example;

  Range(String words, double example) {
    this.words = words;
    this.example = example;
  }

  boolean holds(double value) {
    return Double.isFinite(value)
        && switch (this) {
          // a positive number may still be zero once it is a float
          case POSITIVE -> (float) value > 0 && Float.isFinite((float) value);
          case NOT_NEGATIVE -> value >= 0 && Float.isFinite((float) value);
          case BELOW_ONE -> value >= 0 && (float) value < 1;
          case UNIT -> value >= 0 && value <= 1;
          case SHARE -> value > 0 && value <= 1;
          case FACTOR -> value > 1;
          case PERCENT -> value >= 0 && value <= 100;
          case ANY -> true;
        };
  }

  double example() {
    return example;
  }

  @Override
  public String toString() {
    return words;
  }
}
