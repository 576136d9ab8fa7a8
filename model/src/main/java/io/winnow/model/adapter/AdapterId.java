package io.winnow.model.adapter;

/**
 * Names one LoRA head of a run. {@code index} is the head's place in model order (0-based over all
 * heads of the run): it orders sums, breaks ties and never changes, also after pruning. {@code
 * module} is the Hugging Face module path inside the task model, for example {@code
 * deberta.encoder.layer.0.attention.self.query_proj}.
 */
public record AdapterId(int index, String module) implements Comparable<AdapterId> {
  @Override
  public int compareTo(AdapterId other) {
    return Integer.compare(index, other.index);
  }

  @Override
  public String toString() {
    return module;
  }
}
