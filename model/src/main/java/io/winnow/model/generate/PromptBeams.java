package io.winnow.model.generate;

import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;

/**
 * Beam search for one prompt, one token per {@link #step}; as transformers' BeamSearchScorer. The
 * running beams are always num_beams; at first all are the same, and all but one so unlikely that
 * only the continuations of that one count.
 */
final class PromptBeams {
  private static final double UNLIKELY = -1e9;

  private final long prompt;
  private final GenerationSettings settings;
  private final TokenRules rules;
  private final Hypotheses hypotheses;
  private Sequence[] sequences;
  private double[] sums; // of log-probabilities
  private int[] rows; // of the logits
  private boolean done;

  PromptBeams(long prompt, Sequence start, int row, TokenRules rules) {
    this.prompt = prompt;
    this.rules = rules;
    settings = rules.settings();
    int count = settings.beams().count();
    hypotheses = new Hypotheses(settings.beams(), start.limit());
    sequences = new Sequence[count];
    sums = new double[count];
    rows = new int[count];
    Arrays.fill(sequences, start);
    Arrays.fill(sums, 1, count, UNLIKELY);
    Arrays.fill(rows, row);
  }

  boolean isDone() {
    return done;
  }

  /** Writes what the running beams go on from and the tokens they read, at this place. */
  void write(int[] from, int[] ids, int at) {
    for (int b = 0; b < sequences.length; b++) {
      from[at + b] = rows[b];
      ids[at + b] = sequences[b].last();
      rows[b] = at + b;
    }
  }

  /** One more token for every beam. */
  void step(Matrix logits, LogitRow row) {
    var best = new Candidates(Math.max(2, 1 + settings.tokens().eos().size()) * sequences.length);
    for (int b = 0; b < sequences.length; b++) {
      row.read(logits, rows[b]);
      double[] scores = row.logProbabilities();
      rules.apply(scores, sequences[b]);
      best.offer(b, sums[b], scores);
    }
    int length = sequences[0].generated() + 1;
    goOnWith(best, length);
    done = hypotheses.areDone(best.score(0), length);
    if (!done && sequences[0].isFull()) {
      for (int b = 0; b < sequences.length; b++) {
        hypotheses.add(sequences[b], sums[b], length, Generated.Ending.LENGTH);
      }
      done = true;
    }
  }

  /** An end token counts only among the first num_beams candidates; later ones are passed over. */
  private void goOnWith(Candidates best, int length) {
    int count = sequences.length;
    var next = new Sequence[count];
    double[] nextSums = new double[count];
    int[] nextRows = new int[count];
    int found = 0;
    for (int rank = 0; rank < best.count() && found < count; rank++) {
      int beam = best.beam(rank);
      if (!settings.tokens().eos().contains(best.id(rank))) {
        next[found] = sequences[beam].plus(best.id(rank));
        nextSums[found] = best.score(rank);
        nextRows[found++] = rows[beam];
      } else if (rank < count) {
        hypotheses.add(sequences[beam], best.score(rank), length, Generated.Ending.END_TOKEN);
      }
    }
    if (found < count) {
      throw UserProblem.usage(
          "only %d of %d beams can go on: eos_token_id %s leaves too few other tokens"
              .formatted(found, count, settings.tokens().eos()));
    }
    sequences = next;
    sums = nextSums;
    rows = nextRows;
  }

  /** The best sequences, the best first. */
  List<Generated> results() {
    return hypotheses.best(settings.returned()).stream().map(this::result).toList();
  }

  /** As in transformers, the first of several end tokens stands for all of them. */
  private Generated result(Hypotheses.Hypothesis found) {
    Sequence sequence = found.sequence();
    boolean ended = found.ending() == Generated.Ending.END_TOKEN;
    Sequence whole = ended ? sequence.plus(settings.tokens().eos().get(0)) : sequence;
    return new Generated(prompt, whole.news(), found.score(), found.ending());
  }
}
