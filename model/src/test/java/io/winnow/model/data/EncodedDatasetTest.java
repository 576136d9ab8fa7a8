package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import io.winnow.model.text.JsonTokenizer;
import io.winnow.model.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class EncodedDatasetTest {
  private static final Path QUICKSTART = Path.of("../conf/quickstart");

  private static Dataset pairs(String label) {
    return new Dataset(
        Path.of("f.tsv"),
        List.of("sentence1", "sentence2"),
        "label",
        List.of(
            new Example("the menu", "the lid looks vivid", label, 2),
            new Example("bad", "good", "1", 3)));
  }

  @Test
  void quickstartEncodesAndCollates() {
    Dataset data = DatasetReader.read(QUICKSTART.resolve("validation.tsv"), Columns.conventional());
    try (Tokenizer tokenizer = JsonTokenizer.open(QUICKSTART.resolve("model"), 64)) {
      var encoding = new EncodedDataset.Encoding(tokenizer, false);
      EncodedDataset encoded = EncodedDataset.classification(data, encoding, LabelMap.of(data, 2));
      assertThat(encoded.size()).isEqualTo(data.size());
      assertThat(encoded.truncatedExamples()).isZero();
      Batch batch = encoded.collate(new int[] {1, 0});
      assertThat(batch.examples()).isEqualTo(2);
      assertThat(batch.length()).isEqualTo(Math.max(encoded.length(0), encoded.length(1)));
      assertThat(batch.types()).isNull();
      assertThat(((Targets.Classes) batch.targets()).labels()).containsExactly(1, 0);
      int at = batch.length() + encoded.length(0);
      assertThat(batch.ids()[at - 1]).isEqualTo(2);
      assertThat(batch.mask()[at - 1]).isEqualTo(1);
      if (at < batch.ids().length) {
        assertThat(batch.ids()[at]).isZero();
        assertThat(batch.mask()[at]).isZero();
      }
    }
  }

  @Test
  void pairsKeepTheirTypesWhereTheModelHasThem() {
    try (Tokenizer tokenizer = JsonTokenizer.open(QUICKSTART.resolve("model"), 64)) {
      var encoding = new EncodedDataset.Encoding(tokenizer, true);
      Batch batch = EncodedDataset.regression(pairs("0.5"), encoding).collate(new int[] {0, 1});
      assertThat(batch.types()).hasSameSizeAs(batch.ids()).contains(0, 1);
      assertThat(((Targets.Values) batch.targets()).labels()).containsExactly(0.5f, 1f);
    }
  }

  @Test
  void fingerprintSeesTokensAndTargets() {
    try (Tokenizer tokenizer = JsonTokenizer.open(QUICKSTART.resolve("model"), 64)) {
      var plain = new EncodedDataset.Encoding(tokenizer, false);
      String print = EncodedDataset.regression(pairs("0.5"), plain).fingerprint();
      assertThat(EncodedDataset.regression(pairs("0.5"), plain).fingerprint()).isEqualTo(print);
      assertThat(EncodedDataset.regression(pairs("0"), plain).fingerprint()).isNotEqualTo(print);
      assertThat(EncodedDataset.unlabelled(pairs("0"), plain).fingerprint()).isNotEqualTo(print);
    }
  }
}
