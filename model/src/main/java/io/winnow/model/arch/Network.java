package io.winnow.model.arch;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.AdapterSlot;
import io.winnow.model.nn.Parameter;
import io.winnow.model.nn.Pass;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A base with room for heads, as one compute thread uses it: the frozen tensors are shared, heads,
 * trained tensors and scratch are its own. Sweeps alternate forward and backward.
 */
public interface Network extends AutoCloseable {
  Architecture architecture();

  /** What this network computes with; it counts the products. */
  Backend backend();

  /** The place for a head on the linear layer of this module path. */
  AdapterSlot slot(String path);

  /** All places for heads, in model order. */
  List<AdapterSlot> slots();

  /** The base parameter of this name. */
  Parameter parameter(String name);

  /** All base parameters. */
  List<Parameter> parameters();

  /** Computes the logits; false if the sweep was cancelled. */
  boolean forward(Tokens tokens, Pass pass);

  /**
   * The logits of the last forward sweep: of a sequence head {@code [examples, labels]}, of a span
   * head {@code [examples * length, 2]}, of a language head {@code [outputs, vocabulary]}.
   */
  Matrix logits();

  /**
   * Token by token generation.
   *
   * @throws io.winnow.model.compute.UserProblem if the model has no language head
   */
  default Decoding decoding() {
    throw UserProblem.failure(
        "this model does not generate text: it has no language head (model_type bart and llama have)");
  }

  /**
   * Computes the gradients of all live heads and trained parameters for the last forward sweep,
   * down to the lowest block that has any. {@code done} hears the number of each block, as in
   * {@link io.winnow.model.nn.LinearSite}, as soon as its gradients are complete: the head first,
   * then the blocks downwards, then the stem if anything there is trained.
   *
   * @return false if the sweep was cancelled
   */
  boolean backward(Matrix dLogits, IntConsumer done);

  @Override
  void close();
}
