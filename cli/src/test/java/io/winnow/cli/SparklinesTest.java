package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.explain.HeadTraces;
import io.winnow.model.explain.TracePoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class SparklinesTest {
  private static final Terminal UNICODE =
      new Terminal(System.out, System.err, false, false, 100, true);
  private static final Terminal ASCII = new Terminal(System.out, System.err, false, false, 100);

  private static HeadTraces traces() {
    List<TracePoint> points = new ArrayList<>();
    for (int step = 1; step <= 24; step++) {
      boolean isPruned = step > 18;
      points.add(
          new TracePoint(
              step,
              List.of(step / 24f, isPruned ? 0f : 0.5f, -0.001f),
              List.of(4, isPruned ? 0 : 4, 4),
              List.of()));
    }
    return new HeadTraces(List.of("a", "b", "c"), points);
  }

  @Test
  void lettersRiseWithOmegaInOneScaleForAllHeads() {
    Sparklines lines = new Sparklines(traces(), UNICODE);

    assertThat(lines.of(0)).isEqualTo("▁▁▂▂▂▃▃▃▄▄▄▅▅▅▆▆▆▇▇▇████");
    assertThat(lines.of(2)).isEqualTo("▁".repeat(24));
    assertThat(lines.legend())
        .isEqualTo(
            "omega over steps 1 to 24, from -0.0010 (▁) to 1.0000 (█); '·' = masked or dropped");
  }

  @Test
  void aHeadThatIsGoneLeavesDots() {
    assertThat(new Sparklines(traces(), UNICODE).of(1)).isEqualTo("▅".repeat(18) + "······");
  }

  @Test
  void terminalsWithoutUnicodeGetAscii() {
    assertThat(new Sparklines(traces(), ASCII).of(0)).isEqualTo("__...---~~~===+++***####");
    assertThat(new Sparklines(traces(), ASCII).of(1)).isEqualTo("=".repeat(18) + "      ");
  }

  @Test
  void fewTracesAreDrawnOutOverTheWholeLine() {
    HeadTraces two =
        new HeadTraces(
            List.of("a"),
            List.of(
                new TracePoint(1, List.of(0f), List.of(4), List.of()),
                new TracePoint(100, List.of(2f), List.of(4), List.of())));

    assertThat(new Sparklines(two, ASCII).of(0)).isEqualTo(" ".repeat(23) + "=");
  }

  @Test
  void theEncodingOfTheOutputDecidesNotThatOfFiles() {
    Properties system = new Properties();
    assertThat(Terminal.isUnicode(system)).isFalse();
    system.setProperty("file.encoding", "UTF-8");
    assertThat(Terminal.isUnicode(system)).isTrue();
    system.setProperty("native.encoding", "ANSI_X3.4-1968");
    assertThat(Terminal.isUnicode(system)).isFalse();
    system.setProperty("stdout.encoding", "utf-8");
    assertThat(Terminal.isUnicode(system)).isTrue();
  }
}
