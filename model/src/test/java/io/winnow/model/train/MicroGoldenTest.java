package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.arch.Golden;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.train.OptimizerSettings.Kind;
import io.winnow.model.train.OptimizerSettings.OmegaKind;
import io.winnow.model.train.SelectionSettings.Rule;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Optimizers, schedules and projection against tables of torch and the published code. */
class MicroGoldenTest {
  /** Of the largest magnitude: a few roundings of float a step, over the twelve steps. */
  private static final double RELATIVE = 1e-6;

  private static final float LR = 0.03f;
  private static final float WEIGHT_DECAY = 0.05f;

  private SafeTensors tables;

  @BeforeEach
  void open() {
    tables = SafeTensors.open(Golden.root().resolve("tables/micro.safetensors"));
  }

  @AfterEach
  void close() {
    tables.close();
  }

  @ParameterizedTest
  @CsvSource({"ADAMW, 1e-8, torch_eps1e-8", "ADAMW_HF, 1e-6, published_eps1e-6_decay_after"})
  void everyUpdateOfAdamWMatches(Kind kind, float eps, String variant) {
    AdamW adamW =
        new AdamW(
            new OptimizerSettings(LR, kind, 0.9f, 0.999f, eps, WEIGHT_DECAY, 0f, OmegaKind.SGD, 0));
    float[] values = tables.floats("adamw.param0");
    List<float[]> gradients = rows("adamw.grads", values.length);
    List<float[]> expected = rows("adamw." + variant + ".params", values.length);
    Moments moments = Moments.zero(values.length);
    for (int step = 0; step < expected.size(); step++) {
      AdamW.Updated after =
          adamW.update(values, gradients.get(step), moments, new AdamW.Rate(LR, WEIGHT_DECAY));
      values = after.values();
      moments = after.moments();
      assertThat(values)
          .as("after update %d", step + 1)
          .containsExactly(expected.get(step), within(largest(expected.get(step))));
    }
    assertThat(moments.steps()).isEqualTo(expected.size());
  }

  private List<float[]> rows(String name, int width) {
    float[] all = tables.floats(name);
    return java.util.stream.IntStream.range(0, all.length / width)
        .mapToObj(i -> Arrays.copyOfRange(all, i * width, (i + 1) * width))
        .toList();
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return (float) (RELATIVE * largest);
  }

  @ParameterizedTest
  @CsvSource({
    "LINEAR, 6, linear",
    "COSINE, 6, cosine",
    "CONSTANT, 6, constant_with_warmup",
    "CONSTANT, 0, constant"
  })
  void everyFactorOfAScheduleMatches(ScheduleSettings.Kind kind, long warmup, String name) {
    float[] expected = tables.floats("schedule." + name + ".warmup6.total30");
    ScheduleSettings schedule = new ScheduleSettings(kind, warmup);
    for (int update = 0; update < expected.length; update++) {
      assertThat((float) LearningRate.factor(schedule, update, 30))
          .as("update %d", update)
          .isCloseTo(expected[update], within((float) RELATIVE));
    }
    assertThat(expected).hasSize(34);
  }

  @Test
  void projectionKeepsTheValuesThatThePublishedCodeKeeps() {
    List<String> cases =
        tables.names().stream().filter(name -> name.startsWith("proj_0.K")).toList();
    assertThat(cases).isNotEmpty();
    for (String name : cases) {
      float[] omega = tables.floats("proj_0.input");
      int k = Integer.parseInt(name.substring("proj_0.K".length()));
      boolean[] keep = Projections.keep(omega, k, Rule.SIGNED);
      for (int i = 0; i < omega.length; i++) {
        omega[i] = keep[i] ? omega[i] : 0f;
      }
      assertThat(omega).as(name).containsExactly(tables.floats(name));
    }
  }
}
