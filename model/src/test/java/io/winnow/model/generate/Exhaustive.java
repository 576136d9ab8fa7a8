package io.winnow.model.generate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Writes down every sequence that there is, with its score, straight from the definition. */
final class Exhaustive {
  /** A whole sequence: its new tokens and the sum of their log-probabilities. */
  record Whole(List<Integer> ids, double sum) {
    double score(double lengthPenalty) {
      return sum / Math.pow(ids.size(), lengthPenalty);
    }
  }

  private final ToyModel model;
  private final GenerationSettings settings;
  private final List<Whole> wholes = new ArrayList<>();

  private Exhaustive(ToyModel model, GenerationSettings settings) {
    this.model = model;
    this.settings = settings;
  }

  static List<Whole> of(ToyModel model, GenerationSettings settings, List<Integer> prompt) {
    var all = new Exhaustive(model, settings);
    all.grow(prompt, prompt.size(), 0);
    return all.wholes;
  }

  private void grow(List<Integer> ids, int given, double sum) {
    int limit = settings.length().maxNew();
    boolean ended = ids.size() > given && settings.tokens().eos().contains(ids.get(ids.size() - 1));
    if (ended || ids.size() - given == limit) {
      wholes.add(new Whole(List.copyOf(ids.subList(given, ids.size())), sum));
      return;
    }
    double[] log = model.logProbabilities(ids);
    for (int id = 0; id < log.length; id++) {
      var longer = new ArrayList<>(ids);
      longer.add(id);
      if (allowed(longer, given)) {
        grow(longer, given, sum + log[id]);
      }
    }
  }

  private boolean allowed(List<Integer> ids, int given) {
    boolean end = settings.tokens().eos().contains(ids.get(ids.size() - 1));
    boolean tooShort =
        ids.size() - 1 < settings.length().min()
            || ids.size() - 1 - given < settings.length().minNew();
    return !(end && tooShort) && !repeats(ids, settings.repeats().ngram());
  }

  private static boolean repeats(List<Integer> ids, int n) {
    var seen = new HashSet<List<Integer>>();
    for (int i = 0; n > 0 && i + n <= ids.size(); i++) {
      if (!seen.add(ids.subList(i, i + n))) {
        return true;
      }
    }
    return false;
  }
}
