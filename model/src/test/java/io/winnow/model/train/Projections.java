package io.winnow.model.train;

import io.winnow.model.train.SelectionSettings.Rule;
import java.util.ArrayList;
import java.util.List;

/** Projections of omega onto K heads that all add as much to their weight. */
final class Projections {
  private Projections() {}

  static boolean[] keep(float[] omega, int k, Rule rule) {
    List<Projection.Candidate> heads = new ArrayList<>();
    for (float value : omega) {
      heads.add(new Projection.Candidate(rule.score(value, 1f), 9));
    }
    return Projection.keep(heads, Budget.Limit.ofHeads(k));
  }
}
