package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.task.score.AnswerSearch.Answer;
import io.winnow.model.task.score.AnswerSearch.Answers;
import io.winnow.model.task.score.AnswerSearch.Candidate;
import io.winnow.model.task.score.AnswerSearch.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One classification token, one separator, then a token per word of the context. */
class AnswerSearchTest {
  private static final String CONTEXT = "red fox ran off";
  private static final AnswerSearch V1 = AnswerSearch.usual(Answers.ALWAYS);
  private static final AnswerSearch V2 = AnswerSearch.usual(Answers.SOMETIMES);

  /** Logits of [CLS], [SEP] and the four words. */
  private static Window window(float[] start, float[] end) {
    return new Window(
        start, end, new int[] {-1, -1, 0, 4, 8, 12}, new int[] {-1, -1, 3, 7, 11, 15});
  }

  private static float[] logits(float... values) {
    return values;
  }

  @Test
  void theBestSpanOfTheContextWins() {
    Answer answer =
        V1.find(CONTEXT, List.of(window(logits(9, 9, 1, 3, 0, 0), logits(9, 9, 0, 1, 2, 0))));

    assertThat(answer.text()).isEqualTo("fox ran");
    assertThat(answer.candidates().get(0).startLogit()).isEqualTo(3);
    assertThat(answer.candidates().get(0).endLogit()).isEqualTo(2);
    assertThat(answer.candidates()).hasSize(10); // 4 + 3 + 2 + 1 spans
    assertThat(answer.candidates().stream().mapToDouble(Candidate::probability).sum())
        .isCloseTo(1, within(1e-12));
    assertThat(answer.nullOdds()).isZero();
  }

  @Test
  void endsBeforeStartsAndLongAnswersAreDropped() {
    Window window = window(logits(0, 0, 0, 0, 9, 0), logits(0, 0, 9, 0, 0, 1));
    assertThat(V1.find(CONTEXT, List.of(window)).text()).isEqualTo("ran off");

    AnswerSearch short1 = new AnswerSearch(20, 1, 0, Answers.ALWAYS);
    // red and ran tie at 9: the later token is tried first
    assertThat(short1.find(CONTEXT, List.of(window)).text()).isEqualTo("ran");
  }

  @Test
  void onlyTheBestStartsAndEndsAreTried() {
    AnswerSearch one = new AnswerSearch(1, 30, 0, Answers.ALWAYS);
    Answer answer =
        one.find(CONTEXT, List.of(window(logits(0, 0, 1, 5, 0, 0), logits(0, 0, 2, 0, 1, 0))));

    // start fox, end red: not a span, and nothing else is tried
    assertThat(answer.text()).isEqualTo("empty");
    assertThat(answer.candidates()).containsExactly(new Candidate("empty", 0, 0, 1));
  }

  @Test
  void equalScoresGoToTheLaterTokenThenToTheEarlierWindow() {
    Window flat = window(new float[6], new float[6]);
    assertThat(V1.find(CONTEXT, List.of(flat)).candidates().get(0).text()).isEqualTo("off");

    Window other =
        new Window(new float[] {0, 0}, new float[] {0, 0}, new int[] {-1, 0}, new int[] {-1, 3});
    assertThat(V1.find(CONTEXT, List.of(other, flat)).text()).isEqualTo("red");
  }

  @Test
  void windowsArePooled() {
    Window weak = window(logits(0, 0, 1, 0, 0, 0), logits(0, 0, 1, 0, 0, 0));
    Window strong = window(logits(0, 0, 0, 0, 0, 4), logits(0, 0, 0, 0, 0, 4));

    assertThat(V1.find(CONTEXT, List.of(weak, strong)).text()).isEqualTo("off");
    assertThat(V1.find(CONTEXT, List.of(weak, strong)).candidates()).hasSize(20);
  }

  @Test
  void noAnswerIsWhatAllWindowsAgreeOn() {
    Window sure = window(logits(5, 0, 1, 0, 0, 0), logits(5, 0, 1, 0, 0, 0));
    Window unsure = window(logits(1, 0, 0, 0, 0, 0), logits(2, 0, 0, 0, 0, 0));

    Answer none = V2.find(CONTEXT, List.of(sure));
    assertThat(none.text()).isEmpty();
    assertThat(none.nullOdds()).isEqualTo(8); // 10 - 2
    assertThat(none.candidates().get(0).text()).isEmpty();

    Answer some = V2.find(CONTEXT, List.of(sure, unsure));
    assertThat(some.nullOdds()).isEqualTo(1); // 3 - 2
    assertThat(new AnswerSearch(20, 30, 1, Answers.SOMETIMES).find(CONTEXT, List.of(sure, unsure)))
        .satisfies(answer -> assertThat(answer.text()).isEqualTo("red"));
  }

  @Test
  void noAnswerStaysAmongTheCandidatesHoweverWeak() {
    AnswerSearch two = new AnswerSearch(2, 30, 0, Answers.SOMETIMES);
    Answer answer =
        two.find(CONTEXT, List.of(window(logits(-9, 0, 5, 4, 0, 0), logits(-9, 0, 0, 0, 4, 5))));

    assertThat(answer.candidates()).hasSize(3);
    assertThat(answer.candidates().get(2).text()).isEmpty();
    assertThat(answer.nullOdds()).isEqualTo(-28);
    assertThat(answer.text()).isEqualTo("red fox ran off");
  }

  @Test
  void withoutASpanThePlaceholderStandsBesideNoAnswer() {
    AnswerSearch one = new AnswerSearch(1, 30, 0, Answers.SOMETIMES);
    Window window = window(logits(-1, 0, 1, 5, 0, 0), logits(-2, 0, 2, 0, 1, 0));
    Answer answer = one.find(CONTEXT, List.of(window));

    assertThat(answer.candidates()).extracting(Candidate::text).containsExactly("empty", "");
    assertThat(answer.nullOdds()).isEqualTo(-3);
    assertThat(answer.text()).isEqualTo("empty");
  }

  @Test
  void probabilitiesAreASoftmaxOfTheScores() {
    AnswerSearch one = new AnswerSearch(1, 30, 0, Answers.SOMETIMES);
    Answer answer =
        one.find(CONTEXT, List.of(window(logits(0, 0, 2, 0, 0, 0), logits(0, 0, 1, 0, 0, 0))));

    // scores 3 and 0
    assertThat(answer.candidates().get(0).probability())
        .isCloseTo(1 / (1 + Math.exp(-3)), within(1e-12));
  }

  @Test
  void wrongUseIsRefused() {
    assertThatThrownBy(() -> V1.find(CONTEXT, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Window(new float[2], new float[3], new int[2], new int[2]))
        .hasMessage("2 start and 3 end logits, 2 and 2 offsets");
    assertThatThrownBy(() -> new AnswerSearch(0, 30, 0, Answers.ALWAYS))
        .isInstanceOf(UserProblem.class);
  }
}
