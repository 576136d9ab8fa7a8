package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.task.Batch;
import io.winnow.model.task.Targets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextTokensTest {
  private final WordTokenizer tokenizer = new WordTokenizer(6);

  private static TextPairs pairs(TextPair... pairs) {
    return new TextPairs(Path.of("pairs.tsv"), "source", "target", List.of(pairs), 0);
  }

  @Test
  void theDecoderReadsTheTargetShiftedRightBehindItsStart() {
    var encoding = new NextTokens.PairEncoding(tokenizer, 8, 7);
    EncodedDataset data = NextTokens.pairs(pairs(new TextPair("a b", "c d e", 1)), encoding);

    Batch batch = data.collate(new int[] {0});
    assertThat(batch.ids()).containsExactly(1, 10, 11, 2);
    int[] labels = ((Targets.Next) batch.targets()).ids();
    assertThat(labels).containsExactly(1, 12, 13, 14, 2);
    assertThat(batch.decoder().ids()).containsExactly(7, 1, 12, 13, 14);
    assertThat(batch.decoder().mask()).containsOnly(1);
  }

  @Test
  void shorterTargetsArePaddedAndNotLearned() {
    var encoding = new NextTokens.PairEncoding(tokenizer, 8, 7);
    EncodedDataset data =
        NextTokens.pairs(pairs(new TextPair("a", "c d", 1), new TextPair("b", "c", 2)), encoding);

    Batch batch = data.collate(new int[] {0, 1});
    Targets.Next next = (Targets.Next) batch.targets();
    assertThat(batch.decoder().length()).isEqualTo(4);
    assertThat(next.ids()[7]).isEqualTo(-1);
    assertThat(next.count()).isEqualTo(7);
    assertThat(next.rows()).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(batch.tokens().outputs()).containsExactly(0, 1, 2, 3, 4, 5, 6);
  }

  @Test
  void longTargetsAreCutInsideTheirSpecialTokensAndCounted() {
    var encoding = new NextTokens.PairEncoding(tokenizer, 4, 7);
    EncodedDataset data = NextTokens.pairs(pairs(new TextPair("a", "c d e f", 1)), encoding);

    assertThat(((Targets.Next) data.targets()).ids()).containsExactly(1, 11, 12, 2);
    assertThat(data.truncatedExamples()).isEqualTo(1);
  }

  @Test
  void documentsRunOnAndEveryTokenOfABlockButTheLastHasTheNextAsTarget() {
    EncodedDataset data = NextTokens.blocks(List.of("a b c", "d"), tokenizer, 5);

    assertThat(data.size()).isEqualTo(2); // 1 a b c 2 | 1 d 2
    assertThat(data.ids(0)).containsExactly(1, 10, 11, 12, 2);
    assertThat(data.ids(1)).containsExactly(1, 13, 2);
    Batch batch = data.collate(new int[] {1, 0});
    assertThat(((Targets.Next) batch.targets()).ids())
        .containsExactly(13, 2, -1, -1, -1, 10, 11, 12, 2, -1);
  }

  @Test
  void aLastBlockWithoutATargetIsLeftOut() {
    assertThat(NextTokens.blocks(List.of("a b c"), tokenizer, 4).size()).isEqualTo(1);
  }

  @Test
  void fingerprintSeesTargets() {
    var eight = new NextTokens.PairEncoding(tokenizer, 8, 7);
    String print = NextTokens.pairs(pairs(new TextPair("a", "b", 1)), eight).fingerprint();
    assertThat(NextTokens.pairs(pairs(new TextPair("a", "b", 1)), eight).fingerprint())
        .isEqualTo(print);
    assertThat(NextTokens.pairs(pairs(new TextPair("a", "a", 1)), eight).fingerprint())
        .isNotEqualTo(print);
  }
}
