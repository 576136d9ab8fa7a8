package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.compute.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Greedy search and sampling: every sequence goes its own way, and is given up when it is complete.
 */
record TokenSearch(TokenRules rules, TokenChoice choice, StopRule stop) implements Search {
  @Override
  public Optional<List<List<Generated>>> run(Reading reading) {
    List<Walk> all = walks(reading.starts());
    List<Walk> open = List.copyOf(all);
    var row = new LogitRow();
    Matrix next = reading.logits();
    while (!reading.cancelled().getAsBoolean()) {
      for (Walk walk : open) {
        row.read(next, walk.row);
        step(walk, row);
      }
      open = open.stream().filter(walk -> walk.ending == null).toList();
      if (open.isEmpty()) {
        return Optional.of(results(all));
      }
      next = read(reading.decoding(), open);
    }
    return Optional.empty();
  }

  private List<Walk> walks(List<Start> starts) {
    var walks = new ArrayList<Walk>();
    for (int i = 0; i < starts.size(); i++) {
      for (int sample = 0; sample < rules.settings().returned(); sample++) {
        walks.add(new Walk(starts.get(i), sample, i));
      }
    }
    return walks;
  }

  /** A sequence on its way. */
  private static final class Walk {
    private final long prompt;
    private final int sample;
    private Sequence sequence;
    private int row; // of the logits
    private double sum; // of log-probabilities
    private Generated.@Nullable Ending ending;

    Walk(Start start, int sample, int row) {
      prompt = start.prompt();
      sequence = start.sequence();
      this.sample = sample;
      this.row = row;
    }
  }

  private void step(Walk walk, LogitRow row) {
    double[] scores = row.logits();
    rules.apply(scores, walk.sequence);
    var place = new TokenChoice.Place(walk.prompt, walk.sample, walk.sequence.generated());
    int id = choice.choose(scores, place);
    walk.sum += row.logProbability(id);
    walk.sequence = walk.sequence.plus(id);
    walk.ending = ending(walk.sequence);
  }

  private Generated.@Nullable Ending ending(Sequence sequence) {
    if (rules.settings().tokens().eos().contains(sequence.last())) {
      return Generated.Ending.END_TOKEN;
    }
    if (stop.stops(sequence.news())) {
      return Generated.Ending.STOP_RULE;
    }
    return sequence.isFull() ? Generated.Ending.LENGTH : null;
  }

  private static Matrix read(Decoding decoding, List<Walk> open) {
    int[] from = new int[open.size()];
    int[] ids = new int[from.length];
    for (int i = 0; i < from.length; i++) {
      Walk walk = open.get(i);
      from[i] = walk.row;
      ids[i] = walk.sequence.last();
      walk.row = i;
    }
    return decoding.next(from, ids);
  }

  private List<List<Generated>> results(List<Walk> all) {
    int each = rules.settings().returned();
    var results = new ArrayList<List<Generated>>();
    for (int i = 0; i < all.size(); i += each) {
      results.add(all.subList(i, i + each).stream().map(this::result).toList());
    }
    return results;
  }

  private Generated result(Walk walk) {
    double penalty = rules.settings().beams().lengthPenalty();
    double score = walk.sum / StrictMath.pow(walk.sequence.generated(), penalty);
    return new Generated(walk.prompt, walk.sequence.news(), score, walk.ending);
  }
}
