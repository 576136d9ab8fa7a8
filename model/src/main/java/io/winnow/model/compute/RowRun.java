package io.winnow.model.compute;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Rows that follow each other and have the same answer to a question. */
record RowRun(int from, int count, boolean holds) {
  /** All rows, as runs of at most {@code longest}. */
  static List<RowRun> of(int rows, int longest, IntPredicate question) {
    var runs = new ArrayList<RowRun>();
    int from = 0;
    while (from < rows) {
      boolean holds = question.test(from);
      int end = from + 1;
      while (end < rows && end - from < longest && question.test(end) == holds) {
        end++;
      }
      runs.add(new RowRun(from, end - from, holds));
      from = end;
    }
    return runs;
  }
}
