package io.winnow.model.compute;

/** Functions between two linear layers, element by element. */
public enum Activation {
  /** x Phi(x), in the exact erf form. */
  GELU,
  /** x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. */
  GELU_TANH,
  /** x / (1 + exp(-x)). */
  SILU,
  TANH,
  /** max(x, 0), slope 0 at 0. */
  RELU
}
