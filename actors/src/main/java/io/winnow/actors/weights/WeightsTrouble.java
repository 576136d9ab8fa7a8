package io.winnow.actors.weights;

/** One node does not give weights as it should; another one may. */
final class WeightsTrouble extends Exception {
  private static final long serialVersionUID = 1L;

  WeightsTrouble(String message) {
    super(message);
  }
}
