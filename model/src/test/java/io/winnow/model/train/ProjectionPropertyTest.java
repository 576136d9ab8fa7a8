package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.train.SelectionSettings.Rule;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ProjectionPropertyTest {
  @Property
  void keepsExactlyKOrAll(
      @ForAll @Size(max = 40) float[] omega, @ForAll @IntRange(max = 50) int k, @ForAll Rule rule) {
    int kept = 0;
    for (boolean stays : Projections.keep(omega, k, rule)) {
      kept += stays ? 1 : 0;
    }

    assertThat(kept).isEqualTo(Math.min(k, omega.length));
  }

  @Property
  void noneThatGoesIsAboveOneThatStaysAndTheSmallerIndexWinsTies(
      @ForAll @Size(max = 20) List<@IntRange(min = -3, max = 3) Integer> values,
      @ForAll @IntRange(max = 20) int k,
      @ForAll Rule rule) {
    float[] omega = array(values);
    boolean[] keep = Projections.keep(omega, k, rule);
    for (int stays = 0; stays < omega.length; stays++) {
      for (int goes = 0; goes < omega.length; goes++) {
        if (keep[stays] && !keep[goes]) {
          float high = score(omega[stays], rule);
          float low = score(omega[goes], rule);
          assertThat(high > low || high == low && stays < goes)
              .as("of %s %d stays and %d goes", values, stays, goes)
              .isTrue();
        }
      }
    }
  }

  private static float score(float omega, Rule rule) {
    return rule == Rule.SIGNED ? omega : Math.abs(omega);
  }

  @Property
  void projectingAgainByMagnitudeChangesNothing(
      @ForAll @Size(max = 20) float[] omega, @ForAll @IntRange(max = 20) int k) {
    float[] once = project(omega, k, Rule.MAGNITUDE);

    assertThat(project(once, k, Rule.MAGNITUDE)).containsExactly(once);
  }

  /** With fewer than K positive values the rule is no projection: 0 stays before a negative. */
  @Property
  void projectingPositiveValuesAgainBySignChangesNothing(
      @ForAll @Size(max = 20) List<@FloatRange(min = 0.5f, max = 4) Float> values,
      @ForAll @IntRange(max = 20) int k) {
    float[] once = project(array(values), k, Rule.SIGNED);

    assertThat(project(once, k, Rule.SIGNED)).containsExactly(once);
  }

  private static float[] project(float[] omega, int k, Rule rule) {
    boolean[] keep = Projections.keep(omega, k, rule);
    float[] projected = new float[omega.length];
    for (int i = 0; i < omega.length; i++) {
      projected[i] = keep[i] ? omega[i] : 0f;
    }
    return projected;
  }

  @Property
  void byMagnitudeTheSignDoesNotMatter(
      @ForAll @Size(max = 20) float[] omega, @ForAll @IntRange(max = 20) int k) {
    float[] magnitudes = new float[omega.length];
    for (int i = 0; i < omega.length; i++) {
      magnitudes[i] = Math.abs(omega[i]);
    }

    assertThat(Projections.keep(omega, k, Rule.MAGNITUDE))
        .isEqualTo(Projections.keep(magnitudes, k, Rule.SIGNED));
  }

  @Property
  void whatIsNotANumberNeverStaysBeforeANumber(
      @ForAll @Size(min = 1, max = 20) List<@FloatRange(min = -4, max = 4) Float> values,
      @ForAll @IntRange(max = 19) int index,
      @ForAll Rule rule) {
    float[] omega = array(values);
    int bad = index % omega.length;
    omega[bad] = Float.NaN;

    assertThat(Projections.keep(omega, omega.length - 1, rule)[bad]).isFalse();
  }

  private static float[] array(List<? extends Number> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i).floatValue();
    }
    return array;
  }
}
