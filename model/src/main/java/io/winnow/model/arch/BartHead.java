package io.winnow.model.arch;

import io.winnow.model.compute.Backend;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.compute.Workspace.Buffer;
import io.winnow.model.nn.Compute;
import io.winnow.model.nn.OutputHead;
import io.winnow.model.nn.Pass;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind BART's decoder, and which rows of its states that reads: a language head those
 * that are asked for, a span head all, a sequence head that of each input's last end token. Behind
 * the latter two the decoder reads the encoder's input once more, shifted by one to the right.
 */
final class BartHead {
  private final BartConfig config;
  private final Backend backend;
  private final OutputHead head;
  private final Buffer read; // the states of some rows [outputs, hidden]
  private final Buffer readGradient; // [outputs, hidden]
  private int @Nullable [] rows; // that were read; null = all

  BartHead(BartConfig config, Compute compute, OutputHead head) {
    this.config = config;
    this.backend = compute.backend();
    this.head = head;
    this.read = compute.workspace().buffer();
    this.readGradient = compute.workspace().buffer();
  }

  boolean generates() {
    return config.head().kind() == TaskHead.Kind.LANGUAGE;
  }

  /** What the decoder reads. */
  Tokens.Side decoderReads(Tokens tokens) {
    if (!generates()) {
      return shifted(tokens);
    }
    if (tokens.decoder() == null) {
      throw new IllegalStateException("nothing for the decoder to read");
    }
    return tokens.decoder();
  }

  /** Padding included, as in the published model: no row that the head reads sees it. */
  private Tokens.Side shifted(Tokens tokens) {
    int[] ids = new int[tokens.rows()];
    for (int r = 0; r < ids.length; r++) {
      ids[r] = r % tokens.length() == 0 ? config.start() : tokens.ids()[r - 1];
    }
    int[] ones = new int[ids.length];
    Arrays.fill(ones, 1);
    return new Tokens.Side(tokens.length(), ids, ones);
  }

  void forward(Pass pass, Matrix states, Tokens tokens) {
    forward(pass, states, rows(tokens));
  }

  private int @Nullable [] rows(Tokens tokens) {
    return switch (config.head().kind()) {
      case LANGUAGE -> tokens.outputs();
      case SPAN -> null;
      case SEQUENCE -> lastEnds(tokens);
    };
  }

  private int[] lastEnds(Tokens tokens) {
    int[] last = new int[tokens.examples()];
    int[] counts = new int[tokens.examples()];
    for (int r = 0; r < tokens.rows(); r++) {
      if (tokens.ids()[r] == config.end()) {
        last[r / tokens.length()] = r;
        counts[r / tokens.length()]++;
      }
    }
    for (int e = 0; e < counts.length; e++) {
      if (counts[e] == 0 || counts[e] != counts[0]) {
        throw UserProblem.failure(
            String.format(
                "example %d of a batch has %d end tokens (id %d), the first has %d; a BART sequence"
                    + " head needs as many in all, and at least one",
                e + 1, counts[e], config.end(), counts[0]));
      }
    }
    return last;
  }

  /** The logits of these rows of the states; null = all. */
  Matrix forward(Pass pass, Matrix states, int @Nullable [] outputs) {
    rows = outputs;
    return head.forward(pass, read(states));
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
    head.backward(pass, dLogits, goesOn);
  }

  /** g = the gradient of all states; 0 where the head does not read them. */
  void setInputGradient(Pass pass, Matrix dLogits, Matrix g) {
    if (rows == null) {
      head.setInputGradient(pass, dLogits, g);
      return;
    }
    Matrix some = readGradient.matrix(rows.length, g.columns());
    head.setInputGradient(pass, dLogits, some);
    backend.fill(g, 0f);
    backend.scatterAdd(g, rows, some);
  }
}
