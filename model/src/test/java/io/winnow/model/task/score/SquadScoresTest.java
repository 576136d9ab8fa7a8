package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SquadScoresTest {

  private static SquadPrediction predicted(String text, double odds, String... answers) {
    return new SquadPrediction(text, List.of(answers), odds);
  }

  @Test
  void v1AveragesOverAllQuestions() {
    Map<String, Double> scores =
        SquadScores.v1(
            List.of(
                predicted("the cat", 0, "cat", "dog"),
                predicted("x y", 0, "y z"),
                predicted("", 0, "z")));

    assertThat(scores).containsOnlyKeys("exact_match", "f1");
    assertThat(scores.get("exact_match")).isCloseTo(100 / 3.0, within(1e-12));
    assertThat(scores.get("f1")).isCloseTo(50, within(1e-12));
  }

  @Test
  void v2SplitsAnswerableFromUnanswerable() {
    Map<String, Double> scores =
        SquadScores.v2(
            List.of(
                predicted("cat", 0, "cat"),
                predicted("x y", 0, "y z"),
                predicted("", 0),
                predicted("wrong", 0)));

    assertThat(scores)
        .containsEntry("exact", 50.0)
        .containsEntry("f1", 62.5)
        .containsEntry("total", 4.0)
        .containsEntry("HasAns_exact", 50.0)
        .containsEntry("HasAns_f1", 75.0)
        .containsEntry("HasAns_total", 2.0)
        .containsEntry("NoAns_exact", 50.0)
        .containsEntry("NoAns_f1", 50.0)
        .containsEntry("NoAns_total", 2.0);
  }

  @Test
  void groupsWithoutQuestionsHaveNoScores() {
    assertThat(SquadScores.v2(List.of(predicted("", 0))).keySet())
        .noneMatch(key -> key.startsWith("HasAns_"));
    assertThat(SquadScores.v2(List.of(predicted("x", 0, "x"))).keySet())
        .noneMatch(key -> key.startsWith("NoAns_"));
    assertThatThrownBy(() -> SquadScores.v2(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void answersThatNormaliseToNothingCountAsNone() {
    // the one answer is an article: "there is none" is right, though the question is answerable
    assertThat(SquadScores.v2(List.of(predicted("", 0, "The"))))
        .containsEntry("HasAns_exact", 100.0)
        .containsEntry("HasAns_f1", 100.0);
  }

  @Test
  void oddsAboveTheThresholdGiveAQuestionUp() {
    List<SquadPrediction> predictions =
        List.of(predicted("cat", 2, "cat"), predicted("wrong", 3), predicted("x", 1, "x"));

    assertThat(SquadScores.v2(predictions, 1.5)).containsEntry("exact", 200 / 3.0);
    assertThat(SquadScores.v2(predictions, 2)).containsEntry("exact", 100.0);
  }

  @Test
  void bestThresholdIsSearchedInRisingOdds() {
    // all given up: 1 (d). keep a: 2, keep b: 2.5 for f1, keep d: a wrong text costs 1, keep c: 3
    List<SquadPrediction> predictions =
        List.of(
            predicted("cat", -3, "cat"),
            predicted("x y", -2, "y z"),
            predicted("dog", 4, "dog"),
            predicted("wrong", 1));

    assertThat(SquadScores.v2(predictions))
        .containsEntry("best_exact", 50.0)
        .containsEntry("best_exact_thresh", -3.0)
        .containsEntry("best_f1", 62.5)
        .containsEntry("best_f1_thresh", -2.0);
  }

  @Test
  void givingUpEverythingIsTheBestOfNothing() {
    assertThat(SquadScores.v2(List.of(predicted("wrong", 5), predicted("z", -1, "y"))))
        .containsEntry("best_exact", 50.0)
        .containsEntry("best_exact_thresh", 0.0);
  }
}
