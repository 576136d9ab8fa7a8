package io.winnow.cli;

import io.winnow.model.config.RunConfig.Method;
import io.winnow.model.explain.TracePoint;
import java.util.Locale;

/** What tells how much of a head there is: omega, or the number of its triplets. */
enum Traced {
  OMEGA("omega", "%.4f") {
    @Override
    float of(TracePoint point, int head) {
      return point.omega().get(head);
    }
  },
  RANK("rank", "%.0f") {
    @Override
    float of(TracePoint point, int head) {
      return point.ranks().get(head);
    }
  };

  private final String word;
  private final String format;

  Traced(String word, String format) {
    this.word = word;
    this.format = format;
  }

  /** What moves in runs of a method. */
  static Traced of(Method.Name method) {
    return method == Method.Name.ADALORA ? RANK : OMEGA;
  }

  abstract float of(TracePoint point, int head);

  /** Its name. */
  String word() {
    return word;
  }

  String text(float value) {
    return String.format(Locale.ROOT, format, value);
  }
}
