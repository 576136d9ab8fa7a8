package io.winnow.model.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Beam search for one prompt as its published description says it, without batches, rows or caches:
 * every step writes all continuations down and sorts them.
 */
final class PlainBeams {
  record Beam(List<Integer> ids, double sum) {}

  record End(List<Integer> ids, double score) {}

  private final ToyModel model;
  private final GenerationSettings settings;
  private final int width;
  private final List<End> ends = new ArrayList<>();

  PlainBeams(ToyModel model, GenerationSettings settings) {
    this.model = model;
    this.settings = settings;
    this.width = settings.beams().count();
  }

  /** The new tokens and scores, the best first. */
  List<End> search(List<Integer> prompt) {
    int limit = settings.length().maxNew();
    List<Beam> beams = List.of(new Beam(prompt, 0));
    for (int length = 1; length <= limit; length++) {
      List<Beam> all = continuations(beams);
      beams = step(all, length);
      if (isDone(all.get(0).sum, length, limit)) {
        return sorted(prompt.size());
      }
    }
    for (Beam beam : beams) {
      end(beam.ids, beam.sum, limit);
    }
    return sorted(prompt.size());
  }

  private List<Beam> continuations(List<Beam> beams) {
    var all = new ArrayList<Beam>();
    for (Beam beam : beams) {
      double[] log = model.logProbabilities(beam.ids);
      for (int id = 0; id < log.length; id++) {
        var ids = new ArrayList<>(beam.ids);
        ids.add(id);
        all.add(new Beam(ids, beam.sum + log[id]));
      }
    }
    all.sort(Comparator.comparingDouble(Beam::sum).reversed());
    return all;
  }

  private List<Beam> step(List<Beam> all, int length) {
    var next = new ArrayList<Beam>();
    for (int rank = 0; rank < all.size() && next.size() < width; rank++) {
      Beam beam = all.get(rank);
      int last = beam.ids.get(beam.ids.size() - 1);
      if (!settings.tokens().eos().contains(last)) {
        next.add(beam);
      } else if (rank < width) {
        end(beam.ids, beam.sum, length);
      }
    }
    return next;
  }

  private void end(List<Integer> ids, double sum, int length) {
    ends.add(new End(ids, sum / Math.pow(length, settings.beams().lengthPenalty())));
    ends.sort(Comparator.comparingDouble(End::score).reversed());
    if (ends.size() > width) {
      ends.remove(width);
    }
  }

  private boolean isDone(double best, int length, int limit) {
    if (ends.size() < width) {
      return false;
    }
    double penalty = settings.beams().lengthPenalty();
    double worst = ends.get(width - 1).score;
    return switch (settings.beams().earlyStopping()) {
      case WHEN_FULL -> true;
      case WHEN_UNLIKELY -> worst >= best / Math.pow(length, penalty);
      case NEVER -> worst >= best / Math.pow(penalty > 0 ? limit : length, penalty);
    };
  }

  private List<End> sorted(int given) {
    return ends.stream()
        .map(end -> new End(List.copyOf(end.ids.subList(given, end.ids.size())), end.score))
        .toList();
  }
}
