package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.task.Metrics;
import io.winnow.model.task.score.GlueTask.Metric;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;

class GlueTaskTest {
  private static final int[] PREDICTED = {1, 1, 1, 0, 0, 1, 0};
  private static final int[] ACTUAL = {1, 1, 0, 1, 0, 1, 0};

  @Test
  void namesAreFoundAsPeopleWriteThem() {
    assertThat(GlueTask.named("SST-2")).contains(GlueTask.SST2);
    assertThat(GlueTask.named("sts_b")).contains(GlueTask.STSB);
    assertThat(GlueTask.named("CoLA")).contains(GlueTask.COLA);
    assertThat(GlueTask.named("snli")).isEmpty();
    assertThat(GlueTask.names())
        .containsExactly("cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte", "wnli");
  }

  @Test
  void labelsAreInTheOrderOfTheirNumbers() {
    assertThat(GlueTask.MNLI.labelNames())
        .containsExactly("entailment", "neutral", "contradiction");
    assertThat(GlueTask.WNLI.labelNames()).containsExactly("not_entailment", "entailment");
    assertThat(GlueTask.STSB.isRegression()).isTrue();
    assertThat(GlueTask.STSB.outputs()).isEqualTo(1);
    assertThat(GlueTask.RTE.outputs()).isEqualTo(2);
  }

  @Test
  void officialMetricsAreReportedWithTheirMean() {
    assertThat(GlueTask.MRPC.score(PREDICTED, ACTUAL))
        .containsEntry("accuracy", 5 / 7.0)
        .containsEntry("f1", 0.75)
        .hasEntrySatisfying(
            GlueTask.COMBINED, mean -> assertThat(mean).isCloseTo(41 / 56.0, within(1e-15)));
    assertThat(GlueTask.COLA.score(PREDICTED, ACTUAL)).containsOnlyKeys("matthews_correlation");
    assertThat(GlueTask.STSB.score(new float[] {1, 2, 3}, new float[] {2, 4, 6}))
        .containsOnlyKeys("pearson", "spearman", GlueTask.COMBINED)
        .allSatisfy((key, value) -> assertThat(value).isCloseTo(1, within(1e-12)));
    assertThatThrownBy(() -> GlueTask.STSB.score(PREDICTED, ACTUAL))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> GlueTask.RTE.score(new float[1], new float[1]))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void oneClassAloneScoresWithoutDividingByZero() {
    int[] none = new int[4];
    assertThat(GlueTask.QQP.score(none, none))
        .containsEntry("accuracy", 1.0)
        .containsEntry("f1", 0.0)
        .containsEntry(GlueTask.COMBINED, 0.5);
    assertThat(GlueTask.COLA.score(none, none)).containsEntry("matthews_correlation", 0.0);
  }

  @Test
  void mnliIsEvaluatedOnTwoSets() {
    assertThat(GlueTask.MNLI.evaluations())
        .extracting(GlueTask.EvaluationSet::suffix)
        .containsExactly("", "_mm");
    assertThat(GlueTask.RTE.evaluations())
        .containsExactly(new GlueTask.EvaluationSet("dev", "validation", ""));
    assertThat(GlueTask.QQP.metrics()).containsExactly(Metric.ACCURACY, Metric.F1);
  }

  /** An implementation of others, where it has the same definitions. */
  @Test
  void nd4jComputesTheSame() {
    Evaluation other = new Evaluation(2);
    for (int i = 0; i < ACTUAL.length; i++) {
      other.eval(PREDICTED[i], ACTUAL[i]);
    }

    assertThat(other.accuracy()).isCloseTo(Metrics.accuracy(PREDICTED, ACTUAL), within(1e-12));
    assertThat(other.f1()).isCloseTo(Metrics.f1(PREDICTED, ACTUAL), within(1e-12));
    assertThat(other.matthewsCorrelation(1))
        .isCloseTo(Metrics.matthews(PREDICTED, ACTUAL), within(1e-12));
  }
}
