package io.winnow.actors.bench;

import io.winnow.model.adapter.AdapterId;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerId;
import io.winnow.model.adapter.LayerSpec;
import io.winnow.model.adapter.TrainableSpec;
import java.util.ArrayList;
import java.util.List;

/**
 * Heads of no model: so many, in layers of so many each, all of one size. The last layer has what
 * is left.
 *
 * @param width inputs and outputs of a head
 */
public record MadeUpHeads(int heads, int perLayer, int rank, int width) {
  /** What a run of them trains. */
  public TrainableSpec spec() {
    List<LayerSpec> layers = new ArrayList<>();
    for (int first = 0; first < heads; first += perLayer) {
      int number = layers.size();
      List<AdapterSpec> adapters = new ArrayList<>();
      for (int head = first; head < Math.min(heads, first + perLayer); head++) {
        AdapterId id = new AdapterId(head, "layer." + number + ".linear." + (head - first));
        adapters.add(new AdapterSpec(id, width, width, rank, 1f));
      }
      layers.add(new LayerSpec(new LayerId(number, "layer." + number), adapters, List.of()));
    }
    return new TrainableSpec(layers);
  }
}
