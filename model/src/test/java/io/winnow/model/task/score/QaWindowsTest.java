package io.winnow.model.task.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.task.score.QaWindows.Offsets;
import io.winnow.model.task.score.QaWindows.Positions;
import io.winnow.model.task.score.QaWindows.Span;
import io.winnow.model.task.score.QaWindows.Specials;
import io.winnow.model.task.score.QaWindows.Window;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class QaWindowsTest {
  private static final Specials BERT = new Specials(1, 1, 1);

  @Example
  void aContextThatFitsHasOneWindow() {
    assertThat(new QaWindows(10, 2, BERT).of(3, 4)).containsExactly(new Window(0, 4, 5));
    assertThat(new QaWindows(10, 2, new Specials(1, 2, 1)).of(3, 3))
        .containsExactly(new Window(0, 3, 6));
    assertThat(new QaWindows(10, 2, BERT).of(3, 0)).containsExactly(new Window(0, 0, 5));
  }

  @Example
  void longContextsOverlapByTheStride() {
    // room for 4 context tokens, 2 shared: a step is 2
    assertThat(new QaWindows(10, 2, BERT).of(3, 9))
        .extracting(w -> List.of(w.from(), w.to()))
        .containsExactly(List.of(0, 4), List.of(2, 6), List.of(4, 8), List.of(6, 9));
    // the window that reaches the end is the last
    assertThat(new QaWindows(10, 2, BERT).of(3, 6)).extracting(Window::to).containsExactly(4, 6);
  }

  @Example
  void aQuestionThatLeavesNoRoomIsRefused() {
    assertThatThrownBy(() -> new QaWindows(10, 4, BERT).of(3, 9))
        .isInstanceOf(UserProblem.class)
        .hasMessageContaining("a question of 3 tokens leaves 4 of 10 tokens for its context")
        .hasMessageContaining("lower the stride");
    assertThatThrownBy(() -> new QaWindows(10, 0, BERT).of(12, 1))
        .hasMessageContaining("leaves 0 of 10");
    assertThatThrownBy(() -> new QaWindows(0, 0, BERT)).isInstanceOf(UserProblem.class);
  }

  @Example
  void answersMapToTheTokensAroundThem() {
    // "ab cd ef gh" in four tokens
    Offsets offsets = new Offsets(new int[] {0, 3, 6, 9}, new int[] {2, 5, 8, 11});
    Window all = new Window(0, 4, 5);

    assertThat(QaWindows.positions(all, offsets, new Span(3, 8))).isEqualTo(new Positions(6, 7));
    // parts of tokens take the whole tokens
    assertThat(QaWindows.positions(all, offsets, new Span(4, 7))).isEqualTo(new Positions(6, 7));
    assertThat(QaWindows.positions(all, offsets, new Span(0, 11))).isEqualTo(new Positions(5, 8));
    // in the last token alone, where run_qa.py leaves the context
    assertThat(QaWindows.positions(all, offsets, new Span(9, 11))).isEqualTo(new Positions(8, 8));
  }

  @Example
  void answersNotWhollyInsideMapToTheFirstToken() {
    Offsets offsets = new Offsets(new int[] {0, 3, 6, 9}, new int[] {2, 5, 8, 11});
    Window middle = new Window(1, 3, 5);

    assertThat(QaWindows.positions(middle, offsets, new Span(3, 8))).isEqualTo(new Positions(5, 6));
    assertThat(QaWindows.positions(middle, offsets, new Span(0, 5))).isEqualTo(Positions.CLS);
    assertThat(QaWindows.positions(middle, offsets, new Span(6, 11))).isEqualTo(Positions.CLS);
    assertThat(QaWindows.positions(new Window(0, 0, 5), offsets, new Span(0, 2)))
        .isEqualTo(Positions.CLS);
  }

  @Property(tries = 300)
  void windowsCoverTheContextInOrderAndFit(
      @ForAll @IntRange(min = 1, max = 40) int question,
      @ForAll @IntRange(max = 300) int context,
      @ForAll @IntRange(max = 19) int stride) {
    List<Window> windows = new QaWindows(63, stride, BERT).of(question, context);

    assertThat(windows.get(0).from()).isZero();
    assertThat(windows.get(windows.size() - 1).to()).isEqualTo(context);
    for (int i = 0; i < windows.size(); i++) {
      Window window = windows.get(i);
      assertThat(window.row(window.to()) + 1).isLessThanOrEqualTo(63);
      if (i > 0) {
        assertThat(windows.get(i - 1).to() - window.from()).isEqualTo(stride);
      }
    }
  }
}
