package io.winnow.model.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.UserProblem;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class SafeTensorsPropertyTest {
  record Tensor(String name, int rows, int columns, boolean wide) {}

  @Provide
  Arbitrary<List<Tensor>> tensors() {
    return Combinators.combine(
            Arbitraries.strings().ofMinLength(1).ofMaxLength(12).filter(s -> !hasSurrogate(s)),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(0, 5),
            Arbitraries.of(true, false))
        .as(Tensor::new)
        .list()
        .uniqueElements(Tensor::name)
        .ofMaxSize(6);
  }

  private static boolean hasSurrogate(String s) {
    return s.chars().anyMatch(c -> Character.isSurrogate((char) c));
  }

  private static float[] floats(Tensor t) {
    float[] values = new float[t.rows() * t.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 1.5f + t.name().hashCode();
    }
    return values;
  }

  private static long[] longs(Tensor t) {
    long[] values = new long[t.rows() * t.columns()];
    Arrays.setAll(values, i -> (long) i * t.name().hashCode() << 20);
    return values;
  }

  private static byte[] write(List<Tensor> tensors) {
    SafeTensorsWriter writer = new SafeTensorsWriter().metadata("k", "ü");
    for (Tensor t : tensors) {
      if (t.wide()) {
        writer.longs(t.name(), longs(t), t.rows(), t.columns());
      } else {
        writer.floats(t.name(), floats(t), t.rows(), t.columns());
      }
    }
    return writer.toBytes();
  }

  @Property(tries = 200)
  void roundTripGivesTheSameTensors(@ForAll("tensors") List<Tensor> tensors) {
    SafeTensors read = SafeTensors.of(write(tensors), "blob");
    assertThat(read.names()).hasSize(tensors.size());
    assertThat(read.metadata()).containsEntry("k", "ü");
    for (Tensor t : tensors) {
      assertThat(read.shape(t.name())).containsExactly(t.rows(), t.columns());
      if (t.wide()) {
        assertThat(read.longs(t.name())).isEqualTo(longs(t));
      } else {
        assertThat(read.floats(t.name())).isEqualTo(floats(t));
      }
    }
  }

  @Property(tries = 300)
  void truncationIsAlwaysRefused(
      @ForAll("tensors") List<Tensor> tensors, @ForAll @IntRange(min = 1, max = 400) int cut) {
    byte[] bytes = write(tensors);
    byte[] shorter = Arrays.copyOf(bytes, Math.max(0, bytes.length - cut));
    try {
      SafeTensors.of(shorter, "blob");
      throw new AssertionError("accepted a file that lacks " + cut + " bytes");
    } catch (UserProblem expected) {
      assertThat(expected).hasMessageStartingWith("blob: ");
    }
  }

  @Property(tries = 1000)
  void damagedHeaderIsRefusedOrLeavesTensorsOfSoundSize(
      @ForAll("tensors") List<Tensor> tensors,
      @ForAll @IntRange(max = 2000) int at,
      @ForAll @IntRange(min = 1, max = 255) int flip) {
    byte[] bytes = write(tensors);
    int header = 8 + (bytes[0] & 0xff) + ((bytes[1] & 0xff) << 8);
    bytes[at % header] ^= (byte) flip;
    try {
      SafeTensors read = SafeTensors.of(bytes, "blob");
      long total = 0;
      for (String name : read.names()) {
        total += read.bytes(name).remaining();
      }
      assertThat(total).isLessThanOrEqualTo(bytes.length - 8L);
    } catch (UserProblem expected) {
      assertThat(expected).hasMessageStartingWith("blob: ");
    }
  }
}
