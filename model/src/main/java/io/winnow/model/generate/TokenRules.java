package io.winnow.model.generate;

import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * What a sequence's next token may be, as changes of its scores: in this order repetition penalty,
 * no repeated n-gram, least length, forced second token, forced last token. They are transformers'
 * logits processors, applied to the tokens of the sequence alone, without padding.
 */
record TokenRules(GenerationSettings settings) {
  /** Changes the scores {@code [vocabulary]} of what follows this sequence. */
  void apply(double[] scores, Sequence sequence) {
    penalizeRepeats(scores, sequence);
    banRepeats(scores, sequence.ids());
    if (isTooShort(sequence)) {
      settings.tokens().eos().forEach(id -> ban(scores, id));
    }
    Integer forcedBos = settings.tokens().forcedBos();
    if (forcedBos != null && sequence.ids().length == 1) {
      force(scores, List.of(forcedBos));
    }
    List<Integer> forcedEos = settings.tokens().forcedEos();
    if (!forcedEos.isEmpty() && sequence.generated() == sequence.limit() - 1) {
      force(scores, forcedEos);
    }
  }

  private void penalizeRepeats(double[] scores, Sequence sequence) {
    double penalty = settings.repeats().penalty();
    if (penalty == 1) {
      return;
    }
    var seen = new BitSet(scores.length);
    for (int id : sequence.ids()) {
      if (!seen.get(id)) {
        seen.set(id);
        scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
      }
    }
  }

  /** Bans what would complete n tokens that occurred in this order before. */
  private void banRepeats(double[] scores, int[] ids) {
    int prefix = settings.repeats().ngram() - 1;
    if (prefix < 0) {
      return;
    }
    int last = ids.length - prefix;
    for (int i = 0; i < last; i++) {
      if (Arrays.equals(ids, i, i + prefix, ids, last, ids.length)) {
        ban(scores, ids[i + prefix]);
      }
    }
  }

  private boolean isTooShort(Sequence sequence) {
    return sequence.ids().length < settings.length().min()
        || sequence.generated() < settings.length().minNew();
  }

  /** An end token that the model does not have cannot occur either. */
  private static void ban(double[] scores, int id) {
    if (id < scores.length) {
      scores[id] = Double.NEGATIVE_INFINITY;
    }
  }

  private static void force(double[] scores, List<Integer> ids) {
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    for (int id : ids) {
      if (id >= scores.length) {
        throw UserProblem.usage(
            "token %d is forced, but the model has %d tokens; set forced_bos_token_id and forced_eos_token_id to tokens that it has, or none"
                .formatted(id, scores.length));
      }
      scores[id] = 0;
    }
  }
}
