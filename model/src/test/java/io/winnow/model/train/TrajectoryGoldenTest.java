package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.io.SafeTensors;
import io.winnow.model.io.SafeTensorsWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole trainings of 40 steps against those of the published code; all numbers are from files. */
class TrajectoryGoldenTest {
  /** Kinds of variants that this code cannot run yet: skipped by name, never passed. */
  private static final Set<String> NOT_YET = Set.of();

  static List<Trajectory> all() {
    return Trajectory.all();
  }

  private static boolean notYet(Trajectory trajectory) {
    return NOT_YET.contains(trajectory.kind());
  }

  @Test
  void everyKindThatIsNotNamedAsUnsupportedIsRun() {
    assertThat(all())
        .filteredOn(trajectory -> !notYet(trajectory))
        .extracting(Trajectory::kind)
        .containsAll(Trajectory.KINDS)
        .isSubsetOf(Trajectory.KINDS);
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyStepMatches(Trajectory trajectory) {
    Assumptions.assumeFalse(notYet(trajectory), trajectory + " is not supported yet");
    try (SafeTensors file = trajectory.file();
        TrajectoryRun run = new TrajectoryRun(trajectory, file)) {
      TrajectoryCheck check = new TrajectoryCheck(trajectory, file, run.headsAtStart());
      check.state(run, "init");
      for (int step = 1; step <= trajectory.steps(); step++) {
        TrajectoryRun.Step done = run.step();
        check.step(done, run.unprojected(done));
        if (done.decision().restart()) {
          run.redrawAsFile();
        }
        if (Arrays.asList(1, 2, 5, 20).contains(step)) {
          check.state(run, "step" + step);
        }
      }
      check.state(run, "final");
    }
  }

  /** For trajectory_deviation.py --winnow, which compares them with float64. */
  @ParameterizedTest
  @MethodSource("all")
  @EnabledIfSystemProperty(named = "winnow.trajectories", matches = ".+")
  void finalHeadsAreWritten(Trajectory trajectory) {
    Path folder = Path.of(System.getProperty("winnow.trajectories"));
    try (SafeTensors file = trajectory.file();
        TrajectoryRun run = new TrajectoryRun(trajectory, file)) {
      for (int step = 1; step <= trajectory.steps(); step++) {
        if (run.step().decision().restart()) {
          run.redrawAsFile();
        }
      }
      SafeTensorsWriter heads = new SafeTensorsWriter();
      for (HeadState head : run.heads()) {
        HeadSize size = head.size();
        String name = "final." + head.spec().id();
        heads.floats(name + ".A", head.published().a(), size.rank(), size.in());
        heads.floats(name + ".B", head.published().b(), size.out(), size.rank());
      }
      Path target = folder.resolve(trajectory.toString().replace('/', '-') + ".safetensors");
      heads.writeFile(target);
      assertThat(target).isNotEmptyFile();
    }
  }
}
