package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.compute.Matrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Beam search for a batch; prompts that are done are given up, the others go on. */
record BeamSearch(TokenRules rules) implements Search {
  @Override
  public Optional<List<List<Generated>>> run(Reading reading) {
    var all = new ArrayList<PromptBeams>();
    for (Start start : reading.starts()) {
      all.add(new PromptBeams(start.prompt(), start.sequence(), all.size(), rules));
    }
    List<PromptBeams> open = List.copyOf(all);
    var row = new LogitRow();
    Matrix next = reading.logits();
    while (!reading.cancelled().getAsBoolean()) {
      for (PromptBeams beams : open) {
        beams.step(next, row);
      }
      open = open.stream().filter(beams -> !beams.isDone()).toList();
      if (open.isEmpty()) {
        return Optional.of(all.stream().map(PromptBeams::results).toList());
      }
      next = read(reading.decoding(), open);
    }
    return Optional.empty();
  }

  private Matrix read(Decoding decoding, List<PromptBeams> open) {
    int width = rules.settings().beams().count();
    int[] from = new int[open.size() * width];
    int[] ids = new int[from.length];
    for (int i = 0; i < open.size(); i++) {
      open.get(i).write(from, ids, i * width);
    }
    return decoding.next(from, ids);
  }
}
