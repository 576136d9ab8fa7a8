package io.winnow.model.data;

import java.nio.file.Path;
import java.util.List;

/** The questions of one file, in its order. */
public record QaDataset(Path file, List<QaExample> examples) {
  public QaDataset {
    examples = List.copyOf(examples);
  }

  /** Whether some questions have no answer, as in SQuAD 2.0. */
  public boolean hasImpossible() {
    return examples.stream().anyMatch(QaExample::isImpossible);
  }
}
