package io.winnow.model.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.arch.BaseDropout;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.HeadInit;
import io.winnow.model.arch.SmallModel;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class SweepMemoryTest {
  private static final int STEPS = 300;

  @Test
  @EnabledOnOs(OS.LINUX)
  void threeHundredStepsNeedNoMoreMemoryThanTheFirstFew() throws IOException {
    try (var base =
            FrozenBase.random(SmallModel.config(128, 4), new HeadInit(TaskHead.sequence(2), 1));
        var sweep =
            Sweep.create(
                base, Runs.spec(base), new SweepSettings(0.1f, BaseDropout.AS_CONFIGURED))) {
      run(base, sweep, 0, 60);
      long bytes = Tensor.liveBytes();
      long resident = residentBytes();
      run(base, sweep, 60, STEPS);
      assertThat(Tensor.liveBytes()).isEqualTo(bytes);
      // a step touches some 20 MB of tensors; what the heap and the compiler take moves by less
      assertThat(residentBytes() - resident).isLessThan(64L << 20);
    }
  }

  private static void run(FrozenBase base, Sweep sweep, int from, int to) {
    var spec = Runs.spec(base);
    for (int step = from; step < to; step++) {
      Runs.bind(sweep, spec, id -> true, id -> 1);
      var batch = Runs.batch(step, 4, 32, 2);
      sweep.train(batch, new SweepKey(1, step, 0), 4, layer -> {}, () -> false);
      if (step % 10 == 0) {
        sweep.evaluate(batch);
      }
    }
  }

  private static long residentBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
