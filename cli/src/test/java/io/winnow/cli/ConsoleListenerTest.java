package io.winnow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConsoleListenerTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private long now;

  @Test
  void plainOutputIsALinePerTenth() {
    ConsoleListener console = console(false, 100);
    console.on(new RunEvent.Started("quickstart", 0, 100, 24, 2));
    for (int step = 1; step <= 100; step++) {
      now += 1_000_000_000L;
      console.on(step(step, 100));
    }

    List<String> lines = out().lines().toList();
    assertThat(lines).hasSize(12).allMatch(line -> !line.contains("\u001b"));
    assertThat(lines.get(0)).isEqualTo("quickstart: 100 steps, 24 heads, 2 workers");
    assertThat(lines.get(2))
        .isEqualTo("step 10/100  loss 0.5000  lr 1.00e-03  4,000 tok/s  6/24 heads  ETA 1:30");
  }

  @Test
  void quickRunPrintsAtMostEveryTwoSeconds() {
    ConsoleListener console = console(false, 100);
    for (int step = 1; step <= 100; step++) {
      now += 50_000_000L;
      console.on(step(step, 100));
    }

    assertThat(out().lines()).hasSizeLessThanOrEqualTo(4).last().asString().contains("100/100");
  }

  @Test
  void slowRunShowsThatItLives() {
    ConsoleListener console = console(false, 100);
    for (int step = 1; step <= 5; step++) {
      now += 40_000_000_000L;
      console.on(step(step, 1_000_000));
    }

    assertThat(out().lines()).hasSize(5);
  }

  @Test
  void terminalLineIsDrawnInPlaceAndFits() {
    for (int columns : new int[] {30, 60, 80, 140}) {
      out.reset();
      ConsoleListener console = console(true, columns);
      console.on(new RunEvent.Started("q", 0, 10, 24, 1));
      now += 1_000_000_000L;
      console.on(step(5, 10));
      console.on(new RunEvent.CheckpointCounted(5));
      console.end();

      assertThat(out()).contains("step 5  checkpoint  complete\n").endsWith("\r\u001b[K");
      for (String drawn : out().split("\r\u001b\\[K|\n")) {
        if (drawn.contains("5/10")) {
          assertThat(drawn.length()).isLessThan(columns);
        }
      }
    }
  }

  @Test
  void everyEventHasItsLine() {
    ConsoleListener console = console(false, 100);
    for (Class<?> type : RunEvent.class.getPermittedSubclasses()) {
      out.reset();
      console.on(example(type));
      assertThat(out()).as(type.getSimpleName()).contains("step").endsWith("\n");
    }
  }

  @Test
  void stalenessIsShownInAsynchronousModeAlone() {
    ConsoleListener console = console(false, 100);
    console.on(step(10, 10));
    assertThat(out()).contains("heads  ETA");
    out.reset();
    console.on(new RunEvent.StepDone(10, 10, 0.5, 1e-3, 1e-2, 1.0, 4000, 1.0, 6, 1.25));

    assertThat(out()).contains("heads  staleness 1.3  ETA");
  }

  @Test
  void colourIsLeftOutWhereItIsNotWanted() {
    assertThat(terminal(true, Map.of()).color()).isTrue();
    assertThat(terminal(true, Map.of("NO_COLOR", "1")).color()).isFalse();
    assertThat(terminal(true, Map.of("TERM", "dumb")).interactive()).isFalse();
    assertThat(terminal(false, Map.of()).color()).isFalse();
    assertThat(terminal(true, Map.of("COLUMNS", "72")).columns()).isEqualTo(72);
    assertThat(terminal(true, Map.of("COLUMNS", "wide")).columns()).isEqualTo(100);
  }

  private static RunEvent example(Class<?> type) {
    List<RunEvent> examples =
        List.of(
            new RunEvent.Started("q", 3, 10, 24, 1),
            step(10, 10),
            new RunEvent.StepSkipped(4, "loss is NaN"),
            new RunEvent.Evaluated(4, new TreeMap<>(Map.of("accuracy", 0.9)), true),
            new RunEvent.Selected(4, List.of("a"), List.of("b", "c")),
            new RunEvent.Pruned(4, 100, 1_000_000),
            new RunEvent.CheckpointCounted(4),
            new RunEvent.Recovered(2, 4, "a worker was lost"),
            new RunEvent.Steered(4, Map.of("method.keep", "4")),
            new RunEvent.Paused(4, "asked to"));
    return examples.stream().filter(type::isInstance).findFirst().orElseThrow();
  }

  private static RunEvent.StepDone step(long step, long total) {
    return new RunEvent.StepDone(step, total, 0.5, 1e-3, 1e-2, 1.0, 4000, 1.0, 6, Double.NaN);
  }

  private ConsoleListener console(boolean interactive, int columns) {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new ConsoleListener(
        new Terminal(stream, stream, interactive, false, columns), () -> now);
  }

  private static Terminal terminal(boolean isTerminal, Map<String, String> environment) {
    return Terminal.of(System.out, System.err, isTerminal, environment);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }
}
