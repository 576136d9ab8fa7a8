package io.winnow.model.arch;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.LanguageHead;
import io.winnow.model.nn.Pass;
import org.jspecify.annotations.Nullable;

/** What stands behind BART's decoder, and which rows of its states that reads. */
final class BartHead {
  private final BartConfig config;
  private final Backend backend;
  private final LanguageHead head;
  private final Buffer read; // the states of some rows [outputs, hidden]
  private final Buffer readGradient; // [outputs, hidden]
  private int @Nullable [] rows; // that were read; null = all

  BartHead(BartConfig config, Compute compute, LanguageHead head) {
    this.config = config;
    this.backend = compute.backend();
    this.head = head;
    this.read = compute.workspace().buffer();
    this.readGradient = compute.workspace().buffer();
  }

  boolean generates() {
    return config.head().kind() == TaskHead.Kind.LANGUAGE;
  }

  Tokens.Side decoderReads(Tokens tokens) {
    if (tokens.decoder() == null) {
      throw new IllegalStateException("nothing for the decoder to read");
    }
    return tokens.decoder();
  }

  void forward(Pass pass, Matrix states, Tokens tokens) {
    forward(pass, states, tokens.outputs());
  }

  /** The logits of these rows of the states; null = all. */
  Matrix forward(Pass pass, Matrix states, int @Nullable [] outputs) {
    rows = outputs;
    return head.forward(read(states));
  }

  private Matrix read(Matrix states) {
    if (rows == null) {
      return states;
    }
    Matrix x = read.matrix(rows.length, states.columns());
    backend.gather(x, states, rows);
    return x;
  }

  Matrix logits() {
    return head.logits();
  }

  void backward(Pass pass, Matrix dLogits, boolean goesOn) {
    head.backward(dLogits);
  }

  /** g = the gradient of all states; 0 where the head does not read them. */
  void setInputGradient(Pass pass, Matrix dLogits, Matrix g) {
    if (rows == null) {
      head.setInputGradient(dLogits, g);
      return;
    }
    Matrix some = readGradient.matrix(rows.length, g.columns());
    head.setInputGradient(dLogits, some);
    backend.fill(g, 0f);
    backend.scatterAdd(g, rows, some);
  }
}
