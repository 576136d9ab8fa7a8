package io.winnow.model.generate;

import io.winnow.model.arch.Decoding;
import io.winnow.model.compute.Matrix;
import java.util.ArrayList;
import java.util.List;

/** Beam search for a batch; prompts that are done are given up, the others go on. */
record BeamSearch(TokenRules rules) implements Search {
  @Override
  public List<List<Generated>> run(Decoding decoding, Matrix logits, List<Start> starts) {
    var all = new ArrayList<PromptBeams>();
    for (Start start : starts) {
      all.add(new PromptBeams(start.prompt(), start.sequence(), all.size(), rules));
    }
    List<PromptBeams> open = List.copyOf(all);
    var row = new LogitRow();
    Matrix next = logits;
    while (true) {
      for (PromptBeams beams : open) {
        beams.step(next, row);
      }
      open = open.stream().filter(beams -> !beams.isDone()).toList();
      if (open.isEmpty()) {
        return all.stream().map(PromptBeams::results).toList();
      }
      next = read(decoding, open);
    }
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
