package io.winnow.actors.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.node.NodeAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a step costs grows no faster than the heads and the workers do. Costs are messages and
 * allocated bytes, which do not depend on how busy the machine is; each is measured over some
 * steps, whose first and last may be under way.
 */
class CostPerStepTest {
  private static final int STEPS = 20;

  /** A step more or less among twenty, over a factor of ten. */
  private static final double LINEAR = 1 + Math.log10(1 + 2.0 / STEPS);

  @Test
  void costGrowsNoFasterThanHeads() throws InterruptedException {
    Effort few = effort(4, 100);
    Effort many = effort(4, 1000);

    assertThat(exponent(few.posted(), many.posted())).isLessThan(LINEAR);
    assertThat(exponent(few.allocated(), many.allocated())).isLessThan(LINEAR);
  }

  @Test
  void costGrowsNoFasterThanWorkers() throws InterruptedException {
    Effort few = effort(4, 100);
    Effort many = effort(40, 100);

    assertThat(exponent(few.posted(), many.posted())).isLessThan(LINEAR);
    assertThat(exponent(few.allocated(), many.allocated())).isLessThan(LINEAR);
  }

  /** Of ten times as much. */
  private static double exponent(long few, long many) {
    return Math.log10((double) many / few);
  }

  private static Effort effort(int workers, int heads) throws InterruptedException {
    MadeUpRun run = MadeUpRun.of(new MadeUpHeads(heads, Capacity.HEADS_PER_LAYER, 1, 4), workers);
    BenchCluster.Size size = new BenchCluster.Size(1, workers);
    try (BenchCluster cluster = BenchCluster.start(size, run, CostPerStepTest::none)) {
      long first = cluster.step(STEPS).step();
      Effort before = cluster.effort();
      long last = cluster.step(first + STEPS).step();
      Effort sum = cluster.effort().since(before);
      long steps = last - first;
      return new Effort(0, sum.allocated() / steps, sum.posted() / steps, 0, 0, sum.ready());
    }
  }

  private static List<String> none(NodeAddress first, Path store, int workers) {
    throw new AssertionError("one process is enough");
  }
}
