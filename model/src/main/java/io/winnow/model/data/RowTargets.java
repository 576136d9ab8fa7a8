package io.winnow.model.data;

import io.winnow.model.compute.Fingerprint;
import io.winnow.model.task.Targets;
import java.util.Arrays;
import java.util.List;

/** What the rows of a data set should come out as, from which those of a batch are taken. */
sealed interface RowTargets {
  /** The targets of these rows; token by token ones are padded to {@code length}. */
  Targets of(int[] rows, int length);

  /** Number of targets of all rows. */
  long count();

  /** Adds all to a fingerprint. */
  void addTo(Fingerprint print);

  /** Classes, values or spans, one entry per row. */
  record PerRow(Targets all) implements RowTargets {
    @Override
    public Targets of(int[] rows, int length) {
      if (all instanceof Targets.Classes classes) {
        return new Targets.Classes(select(classes.labels(), rows));
      } else if (all instanceof Targets.Spans spans) {
        return new Targets.Spans(select(spans.starts(), rows), select(spans.ends(), rows));
      }
      float[] values = new float[rows.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = ((Targets.Values) all).labels()[rows[i]];
      }
      return new Targets.Values(values);
    }

    private static int[] select(int[] all, int[] rows) {
      return Arrays.stream(rows).map(row -> all[row]).toArray();
    }

    @Override
    public long count() {
      return all.count();
    }

    @Override
    public void addTo(Fingerprint print) {
      if (all instanceof Targets.Classes classes) {
        print.add("classes").add(classes.labels());
      } else if (all instanceof Targets.Spans spans) {
        print.add("spans").add(spans.starts()).add(spans.ends());
      } else if (all instanceof Targets.Values values) {
        int[] bits = new int[values.labels().length];
        Arrays.setAll(bits, i -> Float.floatToIntBits(values.labels()[i]));
        print.add("values").add(bits);
      }
    }
  }

  /**
   * For each row the token that should come after each of its tokens, -1 where nothing is learned.
   */
  record PerToken(List<int[]> next) implements RowTargets {
    public PerToken {
      next = List.copyOf(next);
    }

    @Override
    public Targets of(int[] rows, int length) {
      int[] ids = new int[rows.length * length];
      Arrays.fill(ids, -1);
      for (int i = 0; i < rows.length; i++) {
        int[] row = next.get(rows[i]);
        System.arraycopy(row, 0, ids, i * length, row.length);
      }
      return new Targets.Next(ids);
    }

    @Override
    public long count() {
      return next.stream().flatMapToInt(Arrays::stream).filter(id -> id >= 0).count();
    }

    @Override
    public void addTo(Fingerprint print) {
      print.add("next");
      next.forEach(print::add);
    }
  }
}
