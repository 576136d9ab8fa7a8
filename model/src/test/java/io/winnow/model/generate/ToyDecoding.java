package io.winnow.model.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.winnow.model.arch.Decoding;
import io.winnow.model.arch.Tokens;
import io.winnow.model.compute.Matrix;
import io.winnow.model.compute.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a {@link ToyModel}: padding is not seen; the inputs of an encoder stand before the
 * decoder's tokens. Holds what a real one holds: logits are gone after the next call.
 */
final class ToyDecoding implements Decoding {
  private final ToyModel model;
  private final int longest;
  private List<List<Integer>> histories = List.of();
  private @Nullable Tensor logits;
  private final List<Integer> rowsOfCalls = new ArrayList<>();
  private int positions;

  ToyDecoding(ToyModel model, int longest) {
    this.model = model;
    this.longest = longest;
  }

  ToyDecoding(ToyModel model) {
    this(model, 1000);
  }

  /** Sequences of each call so far. */
  List<Integer> rowsOfCalls() {
    return rowsOfCalls;
  }

  @Override
  public Matrix begin(Tokens tokens) {
    var begun = new ArrayList<List<Integer>>();
    Tokens.Side decoder = tokens.decoder();
    positions = decoder == null ? tokens.length() : decoder.length();
    for (int i = 0; i < tokens.examples(); i++) {
      var history = new ArrayList<Integer>();
      for (int at = i * tokens.length(); at < (i + 1) * tokens.length(); at++) {
        if (tokens.mask()[at] == 1) {
          history.add(tokens.ids()[at]);
        }
      }
      if (decoder != null) {
        history.add(decoder.ids()[i]);
      }
      begun.add(history);
    }
    return computed(begun);
  }

  @Override
  public Matrix next(int[] from, int[] ids) {
    var grown = new ArrayList<List<Integer>>();
    for (int i = 0; i < from.length; i++) {
      var history = new ArrayList<>(histories.get(from[i]));
      history.add(ids[i]);
      grown.add(history);
    }
    positions++;
    return computed(grown);
  }

  private Matrix computed(List<List<Integer>> now) {
    assertThat(positions).as("positions").isLessThanOrEqualTo(longest);
    histories = now;
    rowsOfCalls.add(now.size());
    int vocabulary = model.logits(now.get(0)).length;
    float[] all = new float[now.size() * vocabulary];
    for (int i = 0; i < now.size(); i++) {
      System.arraycopy(model.logits(now.get(i)), 0, all, i * vocabulary, vocabulary);
    }
    close();
    logits = Tensor.of(all, now.size(), vocabulary);
    return logits.matrix();
  }

  @Override
  public int longest() {
    return longest;
  }

  @Override
  public void close() {
    if (logits != null) {
      logits.close();
      logits = null;
    }
  }
}
