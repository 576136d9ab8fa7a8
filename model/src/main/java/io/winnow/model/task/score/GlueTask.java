package io.winnow.model.task.score;

import io.winnow.model.task.Metrics;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The tasks of GLUE: what their examples and labels are, and how they are scored. */
public enum GlueTask {
  COLA(
      Texts.of("sentence"),
      List.of("unacceptable", "acceptable"),
      List.of(Metric.MATTHEWS),
      "label"),
  SST2(Texts.of("sentence"), List.of("negative", "positive"), List.of(Metric.ACCURACY), "label"),
  MRPC(
      Texts.of("sentence1", "sentence2").orAlso("#1 String", "#2 String"),
      List.of("not_equivalent", "equivalent"),
      List.of(Metric.ACCURACY, Metric.F1),
      "Quality"),
  QQP(
      Texts.of("question1", "question2"),
      List.of("not_duplicate", "duplicate"),
      List.of(Metric.ACCURACY, Metric.F1),
      "is_duplicate"),
  STSB(
      Texts.of("sentence1", "sentence2"),
      List.of(),
      List.of(Metric.PEARSON, Metric.SPEARMAN),
      "score"),
  MNLI(
      Texts.of("premise", "hypothesis").orAlso("sentence1", "sentence2"),
      List.of("entailment", "neutral", "contradiction"),
      List.of(Metric.ACCURACY),
      "gold_label"),
  QNLI(
      Texts.of("question", "sentence"),
      List.of("entailment", "not_entailment"),
      List.of(Metric.ACCURACY),
      "label"),
  RTE(
      Texts.of("sentence1", "sentence2"),
      List.of("entailment", "not_entailment"),
      List.of(Metric.ACCURACY),
      "label"),
  WNLI(
      Texts.of("sentence1", "sentence2"),
      List.of("not_entailment", "entailment"),
      List.of(Metric.ACCURACY),
      "label");

  /** A metric that GLUE reports, by the name that it has everywhere in Winnow. */
  public enum Metric {
    ACCURACY("accuracy"),
    F1("f1"),
    MATTHEWS("matthews_correlation"),
    PEARSON("pearson"),
    SPEARMAN("spearman");

    private final String key;

    Metric(String key) {
      this.key = key;
    }

    /** Name of the score. */
    public String key() {
      return key;
    }
  }

  /**
   * A set that a task is evaluated on.
   *
   * @param file name of GLUE's own file, without its extension
   * @param split name in Hugging Face's copy
   * @param suffix what the keys of its scores end in
   */
  public record EvaluationSet(String file, String split, String suffix) {}

  /** Name of the mean of a task's scores, where it has several. */
  public static final String COMBINED = "combined_score";

  private final Texts texts;
  private final List<String> labelNames;
  private final List<Metric> metrics;
  private final String ownLabelColumn;

  GlueTask(Texts texts, List<String> labelNames, List<Metric> metrics, String ownLabelColumn) {
    this.texts = texts;
    this.labelNames = labelNames;
    this.metrics = metrics;
    this.ownLabelColumn = ownLabelColumn;
  }

  /** The task of a name as people write it: {@code sst2}, {@code SST-2}, {@code sts_b}. */
  public static Optional<GlueTask> named(String name) {
    String bare = name.replaceAll("[-_ ]", "").toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(task -> task.name().equals(bare)).findFirst();
  }

  /** Names of all tasks, in lower case. */
  public static List<String> names() {
    return Arrays.stream(values()).map(GlueTask::key).toList();
  }

  /** Its name in lower case. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether labels are values instead of classes. */
  public boolean isRegression() {
    return labelNames.isEmpty();
  }

  /** Names of the classes in the order of their numbers; none for a regression. */
  public List<String> labelNames() {
    return labelNames;
  }

  /** Outputs of a model for this task: classes, or 1 for a regression. */
  public int outputs() {
    return isRegression() ? 1 : labelNames.size();
  }

  /** Names that the text columns may have: those of Hugging Face's copy first, then GLUE's own. */
  public List<List<String>> textColumns() {
    return texts.names();
  }

  /** Names that the label column may have: GLUE's own first. */
  public List<String> labelColumns() {
    return ownLabelColumn.equals("label") ? List.of("label") : List.of(ownLabelColumn, "label");
  }

  /** The metrics that GLUE reports. */
  public List<Metric> metrics() {
    return metrics;
  }

  /** The sets it is evaluated on. */
  public List<EvaluationSet> evaluations() {
    return this == MNLI
        ? List.of(
            new EvaluationSet("dev_matched", "validation_matched", ""),
            new EvaluationSet("dev_mismatched", "validation_mismatched", "_mm"))
        : List.of(new EvaluationSet("dev", "validation", ""));
  }

  /**
   * Scores of predicted classes, in the order of {@link #metrics()}, then their mean where there
   * are several.
   */
  public Map<String, Double> score(int[] predicted, int[] actual) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      scores.put(
          metric.key,
          switch (metric) {
            case ACCURACY -> Metrics.accuracy(predicted, actual);
            case F1 -> Metrics.f1(predicted, actual);
            case MATTHEWS -> Metrics.matthews(predicted, actual);
            case PEARSON, SPEARMAN -> throw new IllegalStateException(this + " predicts values");
          });
    }
    return combined(scores);
  }

  /** Scores of predicted values; see {@link #score(int[], int[])}. */
  public Map<String, Double> score(float[] predicted, float[] actual) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Metric metric : metrics) {
      scores.put(
          metric.key,
          switch (metric) {
            case PEARSON -> Metrics.pearson(predicted, actual);
            case SPEARMAN -> Metrics.spearman(predicted, actual);
            case ACCURACY, F1, MATTHEWS ->
                throw new IllegalStateException(this + " predicts classes");
          });
    }
    return combined(scores);
  }

  private static Map<String, Double> combined(Map<String, Double> scores) {
    if (scores.size() > 1) {
      double sum = 0;
      for (double score : scores.values()) {
        sum += score;
      }
      scores.put(COMBINED, sum / scores.size());
    }
    return scores;
  }

  /** Ways in which the one or two text columns are named. */
  private record Texts(List<List<String>> names) {
    static Texts of(String... names) {
      return new Texts(List.of(List.of(names)));
    }

    Texts orAlso(String... others) {
      return new Texts(List.of(names.get(0), List.of(others)));
    }
  }
}
