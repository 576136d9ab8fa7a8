package io.winnow.model.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.task.Targets;
import io.winnow.model.task.score.AnswerSearch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QaRowsTest {
  private static final String CONTEXT = "the red fox saw a dog near the old mill at noon";

  private static QaRows rows(int maxLength, int stride, QaExample... examples) {
    var encoding = new QaRows.Encoding(new WordTokenizer(maxLength), maxLength, stride, false);
    return QaRows.of(new QaDataset(Path.of("squad.json"), List.of(examples)), encoding);
  }

  private static QaExample asked(String id, String question, String... answers) {
    List<QaExample.Answer> found = new ArrayList<>();
    for (String answer : answers) {
      found.add(new QaExample.Answer(answer, CONTEXT.indexOf(answer)));
    }
    return new QaExample(id, question, CONTEXT, found, "");
  }

  @Test
  void theAnswerStandsWhereTheRowHasIt() {
    QaRows rows = rows(40, 4, asked("1", "  saw what?", "a dog"));

    assertThat(rows.rows().size()).isEqualTo(1);
    Targets.Spans spans = (Targets.Spans) rows.rows().targets();
    // <1> saw what? <2> the red fox saw a dog ...
    assertThat(spans.starts()).containsExactly(8);
    assertThat(spans.ends()).containsExactly(9);
  }

  @Test
  void aLongContextIsCutIntoWindowsAndTheAnswerIsInThoseThatHoldAllOfIt() {
    QaRows rows = rows(12, 3, asked("1", "saw what?", "a dog"));

    Targets.Spans spans = (Targets.Spans) rows.rows().targets();
    assertThat(rows.rows().size()).isEqualTo(3); // 7 context tokens each, 3 shared
    assertThat(spans.starts()).containsExactly(8, 4, 0);
    assertThat(spans.ends()).containsExactly(9, 5, 0);
    assertThat(rows.rows().truncatedExamples()).isEqualTo(1);
  }

  @Test
  void aQuestionWithoutAnAnswerPointsToTheFirstToken() {
    Targets.Spans spans = (Targets.Spans) rows(40, 4, asked("1", "why?")).rows().targets();
    assertThat(spans.starts()).containsExactly(0);
    assertThat(spans.ends()).containsExactly(0);
  }

  @Test
  void logitsAtTheRightTokensGiveTheTextOfTheAnswerOverAllWindowsAndBatches() {
    QaRows rows = rows(12, 3, asked("1", "saw what?", "a dog"), asked("2", "where?", "old mill"));
    Targets.Spans spans = (Targets.Spans) rows.rows().targets();
    int batch = 2;
    List<float[]> outputs = new ArrayList<>();
    for (int from = 0; from < rows.rows().size(); from += batch) {
      outputs.add(logits(rows, spans, from, Math.min(rows.rows().size(), from + batch)));
    }

    var search = AnswerSearch.usual(AnswerSearch.Answers.ALWAYS);
    assertThat(rows.answers(outputs, batch, search))
        .extracting(AnswerSearch.Answer::text)
        .containsExactly("a dog", "old mill");
  }

  /** High where the answer begins and ends, in rows padded to the longest of the batch. */
  private static float[] logits(QaRows rows, Targets.Spans spans, int from, int to) {
    int length = 0;
    for (int row = from; row < to; row++) {
      length = Math.max(length, rows.rows().length(row));
    }
    float[] logits = new float[(to - from) * length * 2];
    for (int row = from; row < to; row++) {
      if (spans.starts()[row] > 0) {
        logits[((row - from) * length + spans.starts()[row]) * 2] = 5;
        logits[((row - from) * length + spans.ends()[row]) * 2 + 1] = 5;
      }
    }
    return logits;
  }
}
