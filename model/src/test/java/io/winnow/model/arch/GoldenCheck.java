package io.winnow.model.arch;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.compute.Matrix;
import io.winnow.model.io.SafeTensors;
import io.winnow.model.nn.AdapterSlot;
import java.util.Arrays;
import java.util.List;

/** Comparisons with golden numbers. */
final class GoldenCheck {
  /** See golden/README.md: ten times the stated deviation plus 1e-6 of the largest magnitude. */
  private static final double FACTOR = 10;

  private static final double RELATIVE = 1e-6;

  private GoldenCheck() {}

  static void close(String what, float[] got, float[] want, double deviation) {
    assertThat(got).as(what).hasSameSizeAs(want);
    double tolerance = tolerance(want, deviation);
    for (int i = 0; i < want.length; i++) {
      assertThat((double) got[i])
          .as("%s[%d]", what, i)
          .isBetween(want[i] - tolerance, want[i] + tolerance);
    }
  }

  private static double tolerance(float[] want, double deviation) {
    double largest = 0;
    for (float value : want) {
      largest = Math.max(largest, Math.abs(value));
    }
    return FACTOR * deviation + RELATIVE * largest;
  }

  /** The gradient of a head; of a masked one only that of omega is computed. */
  static void head(Golden golden, AdapterSlot slot, SafeTensors expected, double deviation) {
    String path = slot.site().path();
    AdapterSlot.Gradient got = slot.gradient();
    float[] dA = expected.floats("grad." + path + ".A");
    float[] dB = expected.floats("grad." + path + ".B");
    if (golden.head(expected, path).omega() == 0f) {
      assertThat(got.a()).as(path).isEmpty();
      assertThat(got.b()).as(path).isEmpty();
      assertThat(dA).as(path).containsOnly(0f);
      assertThat(dB).as(path).containsOnly(0f);
    } else {
      close(path + ".A", got.a(), dA, deviation);
      close(path + ".B", got.b(), dB, deviation);
    }
    float[] dOmega = expected.floats("grad." + path + ".omega");
    close(path + ".omega", new float[] {got.omega()}, dOmega, deviation);
  }

  /** All logits, where the sequence that they belong to has tokens. */
  static void logits(Golden golden, Network network, SafeTensors expected, String set) {
    double deviation = golden.deviation(set, "logits");
    float[] got = network.logits().toArray();
    switch (golden.head().kind()) {
      case SEQUENCE -> close("logits", got, expected.floats("logits"), deviation);
      case SPAN -> {
        for (String name : List.of("start_logits", "end_logits")) {
          int first = name.startsWith("start") ? 0 : 1;
          float[] column = new float[got.length / 2];
          for (int i = 0; i < column.length; i++) {
            column[i] = got[2 * i + first];
          }
          double stated = set.equals("base") ? golden.deviation(set, name) : deviation;
          tokensClose(golden, name, new Rows(column, 1), expected.floats(name), stated);
        }
      }
      case LANGUAGE -> {
        var rows = new Rows(got, network.logits().columns());
        tokensClose(golden, "logits", rows, expected.floats("logits"), deviation);
      }
    }
  }

  private record Rows(float[] values, int width) {}

  /** Rows of tokens; what stands at padding is implementation-defined. */
  private static void tokensClose(
      Golden golden, String what, Rows got, float[] want, double deviation) {
    try (SafeTensors inputs = golden.file("base_case")) {
      Tokens tokens = Golden.tokens(inputs, null);
      int[] mask = tokens.decoder() == null ? tokens.mask() : tokens.decoder().mask();
      assertThat(got.values).as(what).hasSameSizeAs(want);
      for (int row = 0; row < mask.length; row++) {
        if (mask[row] == 1) {
          int at = row * got.width;
          close(
              what + " of row " + row,
              Arrays.copyOfRange(got.values, at, at + got.width),
              Arrays.copyOfRange(want, at, at + got.width),
              deviation);
        }
      }
    }
  }

  /** All hidden states that the file has, where their sequence has tokens. */
  static void hidden(Golden golden, HiddenStates network, SafeTensors expected, Tokens tokens) {
    for (String name : expected.names()) {
      if (name.contains("hidden_state")) {
        boolean decoder = name.startsWith("decoder") && tokens.decoder() != null;
        int[] mask = decoder ? tokens.decoder().mask() : tokens.mask();
        hidden(name, network.hidden(name), expected.floats(name), mask, golden);
      }
    }
  }

  private static void hidden(String name, Matrix hidden, float[] want, int[] mask, Golden golden) {
    int width = hidden.columns();
    int step = mask.length / hidden.rows();
    for (int row = 0; row < hidden.rows(); row++) {
      int at = row * step * width;
      if (mask[row * step] == 1) {
        float[] wanted = Arrays.copyOfRange(want, at, at + width);
        close(name, hidden.rows(row, 1).toArray(), wanted, golden.deviation("base", name));
      }
    }
  }
}
