package io.winnow.model.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.winnow.model.compute.CounterHash;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class RankExpansionPropertyTest {
  /** Sizes of heads that can grow. */
  @Provide
  Arbitrary<HeadSize> sizes() {
    Arbitrary<Integer> width = Arbitraries.integers().between(2, 40);
    return Combinators.combine(width, width, Arbitraries.integers().between(1, 20))
        .as((in, out, rank) -> new HeadSize(Math.min(rank, Math.min(in, out) - 1), in, out));
  }

  private static float[] values(long key, int n) {
    return SmallLayer.values(key, n);
  }

  private static float[] noise(HeadSize size, ExpansionRule rule) {
    float[] noise = new float[size.in() * rule.noiseColumns(size.rank(), size.grownRank())];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = CounterHash.uniform(5, i);
    }
    return noise;
  }

  private static RankExpansion.Grown grown(
      HeadSize size, ExpansionRule rule, float[] a, float[] b) {
    return new RankExpansion(rule, size, size.grownRank(), noise(size, rule)).of(a, b);
  }

  /** B A, {@code [out, in]}. */
  private static double[] product(HeadSize size, float[] a, float[] b) {
    double[] product = new double[size.out() * size.in()];
    for (int i = 0; i < product.length; i++) {
      for (int k = 0; k < size.rank(); k++) {
        product[i] +=
            (double) b[i / size.in() * size.rank() + k] * a[k * size.in() + i % size.in()];
      }
    }
    return product;
  }

  private static HeadSize grown(HeadSize size) {
    return new HeadSize(size.grownRank(), size.in(), size.out());
  }

  @Property(tries = 200)
  void smartAndDummyLeaveTheFunctionAsItIs(@ForAll("sizes") HeadSize size, @ForAll long key) {
    float[] a = values(key, size.rank() * size.in());
    float[] b = values(~key, size.rank() * size.out());
    double[] before = product(size, a, b);
    for (var rule : new ExpansionRule[] {ExpansionRule.SMART, ExpansionRule.DUMMY}) {
      RankExpansion.Grown grown = grown(size, rule, a, b);
      double[] after = product(grown(size), grown.a(), grown.b());

      assertThat(grown.a()).hasSize(size.grownRank() * size.in());
      assertThat(grown.b()).hasSize(size.grownRank() * size.out());
      for (int i = 0; i < before.length; i++) {
        assertThat(after[i]).isCloseTo(before[i], within(1e-5));
      }
    }
  }

  @Property(tries = 200)
  void rowsOfASmartExpansionAreOrthogonalToTheOldOnes(
      @ForAll("sizes") HeadSize size, @ForAll long key) {
    float[] a = values(key, size.rank() * size.in());
    float[] grown = grown(size, ExpansionRule.SMART, a, new float[size.rank() * size.out()]).a();
    for (int i = 0; i < size.rank(); i++) {
      for (int j = 0; j < size.grownRank(); j++) {
        double dot = 0;
        for (int k = 0; k < size.in(); k++) {
          dot += (double) grown[i * size.in() + k] * grown[j * size.in() + k];
        }
        assertThat(dot).isCloseTo(i == j ? 1 : 0, within(1e-5));
      }
    }
  }

  /** Masked heads may have rows that are equal or zero. */
  @Property(tries = 100)
  void aWithoutFullRankGrowsToo(@ForAll("sizes") HeadSize size, @ForAll boolean isZero) {
    float[] a = new float[size.rank() * size.in()];
    for (int i = 0; i < a.length && !isZero; i++) {
      a[i] = values(3, size.in())[i % size.in()];
    }
    float[] b = values(4, size.rank() * size.out());
    RankExpansion.Grown grown = grown(size, ExpansionRule.SMART, a, b);
    double[] before = product(size, a, b);
    double[] after = product(grown(size), grown.a(), grown.b());
    for (int i = 0; i < before.length; i++) {
      assertThat(after[i]).isCloseTo(before[i], within(1e-5));
    }
  }

  @Property(tries = 50)
  void restartDropsTheFunction(@ForAll("sizes") HeadSize size) {
    float[] a = values(3, size.rank() * size.in());
    float[] b = values(4, size.rank() * size.out());
    RankExpansion.Grown grown = grown(size, ExpansionRule.RESTART, a, b);

    assertThat(grown.b()).containsOnly(0f);
    for (float value : grown.a()) {
      assertThat(value).isBetween(0f, 1f);
    }
  }

  @Property
  void rankDoublesUpToWhatTheMatrixAllows(
      @ForAll("sizes") HeadSize size, @ForAll("sizes") HeadSize other) {
    int most = Math.min(size.in(), size.out());
    HeadSize any = new HeadSize(other.rank(), size.in(), size.out());

    assertThat(size.grownRank()).isEqualTo(Math.min(2 * size.rank(), most));
    assertThat(any.grownRank()).isBetween(any.rank(), Math.max(any.rank(), most));
    assertThat(new HeadSize(most, size.in(), size.out()).grownRank()).isEqualTo(most);
    assertThat(new HeadSize(most + 3, size.in(), size.out()).grownRank()).isEqualTo(most + 3);
  }

  @Example
  void ranksThatDoNotGrowAreRefused() {
    HeadSize size = new HeadSize(2, 3, 4);

    assertThatThrownBy(() -> new RankExpansion(ExpansionRule.DUMMY, size, 2, new float[0]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("HeadSize[rank=2, in=3, out=4] to rank 2");
  }

  @Property(tries = 200)
  void normOfTheProductIsThatOfTheFullMatrix(@ForAll("sizes") HeadSize size, @ForAll long key) {
    float[] a = values(key, size.rank() * size.in());
    float[] b = values(~key, size.rank() * size.out());
    double sum = 0;
    for (double value : product(size, a, b)) {
      sum += value * value;
    }
    assertThat(ProductNorm.of(size, a, b)).isCloseTo(Math.sqrt(sum), within(1e-6));
  }
}
