package io.winnow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Counts what layers applied, by the logs of nodes that were started with {@link #OPTIONS}. */
final class AppliedSteps {
  /** What a node's JVM is started with for its layers to tell each step that they apply. */
  static final List<String> OPTIONS = List.of("-Dlogback.configurationFile=logback-applied.xml");

  private AppliedSteps() {}

  /** No layer applied a step twice in an attempt, and each step was applied in one. */
  static void assertNoneTwice(TestCluster cluster, String run) {
    Pattern line =
        Pattern.compile("run=" + run + " layer=(\\S+) attempt=(\\d+) event=applied version=(\\d+)");
    Map<String, Integer> times = new HashMap<>();
    Set<Long> steps = new HashSet<>();
    for (int port : cluster.ports()) {
      line.matcher(TestCluster.read(cluster.log(port)))
          .results()
          .forEach(
              hit -> {
                times.merge(hit.group(), 1, Integer::sum);
                steps.add(Long.valueOf(hit.group(3)));
              });
    }
    assertThat(times).allSatisfy((applied, count) -> assertThat(count).as(applied).isEqualTo(1));
    assertThat(steps).hasSize(QuickstartRuns.STEPS);
    System.out.printf("AppliedSteps: %s: %d applications, none twice%n", run, times.size());
  }
}
