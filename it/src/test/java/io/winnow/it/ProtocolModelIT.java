package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Explores the model of the step and recovery protocol. The tables of docs/protocol/README.md say
 * what is explored, how many states that is, and which breakage must be found by which promise.
 */
class ProtocolModelIT {
  /** Cells: configuration, what it is, distinct states. */
  private static final Pattern EXPLORED =
      Pattern.compile("(?m)^\\| `(\\w+\\.cfg)` \\|.*\\| ([\\d,]+) \\| \\d+ \\|$");

  /** Cells: breakage, what it is, configuration, promise. */
  private static final Pattern BREAKAGE =
      Pattern.compile("(?m)^\\| `(\\w+)` \\|.*\\| `(\\w+\\.cfg)` \\| `(\\w+)` \\|$");

  private static final Pattern SWITCH = Pattern.compile("Broken\\(\"(\\w+)\"\\)");

  /** Those that take most of the time; explored by the group soak. */
  private static final Set<String> LARGE = Set.of("late.cfg", "layers.cfg", "workers.cfg");

  /** How TLC calls a violated temporal property, which it does not name. */
  private static final String UNNAMED = "Temporal properties were violated";

  @TempDir Path folder;

  private static Stream<MatchResult> rows(Pattern row) throws IOException {
    String readme = Files.readString(ModelChecker.MODEL.resolve("README.md"));
    return row.matcher(readme).results().toList().stream();
  }

  private static boolean isLarge(String configuration) {
    return LARGE.contains(configuration);
  }

  private static Stream<Arguments> explored(boolean large) throws IOException {
    return rows(EXPLORED)
        .filter(r -> isLarge(r.group(1)) == large)
        .map(r -> Arguments.of(r.group(1), Long.parseLong(r.group(2).replace(",", ""))));
  }

  private static Stream<Arguments> breakages(boolean large) throws IOException {
    return rows(BREAKAGE)
        .filter(r -> isLarge(r.group(2)) == large)
        .map(r -> Arguments.of(r.group(1), r.group(2), r.group(3)));
  }

  static Stream<Arguments> explored() throws IOException {
    return explored(false);
  }

  static Stream<Arguments> largeExplored() throws IOException {
    return explored(true);
  }

  static Stream<Arguments> breakages() throws IOException {
    return breakages(false);
  }

  static Stream<Arguments> largeBreakages() throws IOException {
    return breakages(true);
  }

  @ParameterizedTest
  @MethodSource("largeExplored")
  @Tag("soak")
  void promisesHoldInEveryStateOfTheLarge(String configuration, long states) throws Exception {
    promisesHoldInEveryStateOf(configuration, states);
  }

  @ParameterizedTest
  @MethodSource("largeBreakages")
  @Tag("soak")
  void brokenProtocolIsFoundOutInTheLarge(String broken, String configuration, String promise)
      throws Exception {
    brokenProtocolIsFoundOut(broken, configuration, promise);
  }

  @ParameterizedTest
  @MethodSource("explored")
  void promisesHoldInEveryStateOf(String configuration, long states) throws Exception {
    ModelChecker.Outcome outcome = new ModelChecker(folder).check(configuration, "nothing");

    assertThat(outcome.holds()).as(outcome.printed()).isTrue();
    assertThat(outcome.distinctStates()).isEqualTo(states);
  }

  @ParameterizedTest
  @MethodSource("breakages")
  void brokenProtocolIsFoundOut(String broken, String configuration, String promise)
      throws Exception {
    ModelChecker.Outcome outcome = new ModelChecker(folder).check(configuration, broken);

    assertThat(outcome.holds()).isFalse();
    String violated = promise.equals("Progress") ? UNNAMED : promise + " is violated";
    assertThat(outcome.printed()).contains(violated);
  }

  @Test
  void everyConfigurationAndEveryBreakageOfTheModelIsInTheTables() throws Exception {
    try (Stream<Path> files = Files.list(ModelChecker.MODEL)) {
      List<String> configurations =
          files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".cfg")).toList();
      assertThat(rows(EXPLORED).map(r -> r.group(1)))
          .containsExactlyInAnyOrderElementsOf(configurations);
    }
    String model = Files.readString(ModelChecker.MODEL.resolve("Winnow.tla"));
    assertThat(rows(BREAKAGE).map(r -> r.group(1)))
        .containsExactlyInAnyOrderElementsOf(
            SWITCH.matcher(model).results().map(r -> r.group(1)).distinct().toList());
  }
}
