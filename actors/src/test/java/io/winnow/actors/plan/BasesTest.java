package io.winnow.actors.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.actors.weights.WeightsSource;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.arch.Storage;
import io.winnow.model.arch.TaskHead;
import io.winnow.model.compute.Tensor;
import io.winnow.model.nn.LinearSite;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** On the quickstart's model, whose file has no task head. */
class BasesTest {
  private static final String MODEL = Path.of("../conf/quickstart/model").toString();

  private static Bases.Key key(long seed, Storage storage) {
    return new Bases.Key(MODEL, TaskHead.sequence(2), seed, null, storage);
  }

  private static long headBytes(FrozenBase base) {
    return base.architecture().parameters().stream()
        .filter(site -> site.block() == LinearSite.HEAD)
        .map(ParameterSite::shape)
        .mapToLong(shape -> shape.stream().mapToLong(Integer::longValue).reduce(4, (a, b) -> a * b))
        .sum();
  }

  @Test
  void seedsShareTheBodyAndHaveHeadsOfTheirOwn() {
    long before = Tensor.liveBytes();
    try (Bases bases = new Bases()) {
      FrozenBase first = bases.get(key(1, Storage.F32));
      long ofOne = bases.bytes();
      FrozenBase second = bases.get(key(2, Storage.F32));

      assertThat(bases.bytes() - ofOne).isEqualTo(headBytes(second)).isPositive();
      assertThat(bases.bytes()).isEqualTo(Tensor.liveBytes() - before);
      assertThat(bases.get(key(1, Storage.F32))).isSameAs(first);
      assertThat(first.fingerprint()).isEqualTo(second.fingerprint());
      assertThat(first.values("classifier.weight"))
          .isNotEqualTo(second.values("classifier.weight"));
    }
    assertThat(Tensor.liveBytes()).isEqualTo(before);
  }

  @Test
  void aSeedGivesTheSameHeadWhoeverLoadedTheBody() {
    try (Bases one = new Bases();
        Bases other = new Bases()) {
      one.get(key(1, Storage.F32));
      for (String name : List.of("classifier.weight", "pooler.dense.weight")) {
        assertThat(one.get(key(2, Storage.F32)).values(name))
            .isEqualTo(other.get(key(2, Storage.F32)).values(name));
      }
    }
  }

  @Test
  void baseThatTheHostLacksIsTakenFromElsewhere() {
    try (Bases whole = new Bases()) {
      FrozenBase base = whole.get(key(1, Storage.F32));
      List<String> asked = new ArrayList<>();
      WeightsSource elsewhere =
          (fingerprint, isRight) -> {
            asked.add(fingerprint);
            assertThat(isRight.test(Path.of(MODEL))).isTrue();
            assertThat(isRight.test(Path.of("../conf"))).isFalse();
            return Path.of(MODEL);
          };
      Bases.Key absent = new Bases.Key("/nowhere", TaskHead.sequence(2), 1, null, Storage.F32);

      assertThat(whole.folder(base.fingerprint())).contains(Path.of(MODEL));
      try (Bases lacking = new Bases(UnaryOperator.identity(), elsewhere)) {
        assertThat(lacking.get(key(1, Storage.F32), base.fingerprint()).fingerprint())
            .isEqualTo(base.fingerprint());
        assertThat(asked).isEmpty();
        assertThat(lacking.get(absent, base.fingerprint()).values("classifier.weight"))
            .isEqualTo(base.values("classifier.weight"));
        assertThat(asked).containsExactly(base.fingerprint());
      }
    }
  }

  @Test
  void matricesAreHeldAsTheKeySays() {
    try (Bases bases = new Bases()) {
      long wide = bases.get(key(1, Storage.F32)).bytes();
      long narrow = bases.get(key(1, Storage.BF16)).bytes();

      assertThat(narrow).isLessThan(wide * 6 / 10);
    }
  }
}
