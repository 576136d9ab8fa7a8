package io.winnow.model.generate;

import io.winnow.model.compute.UserProblem;
import io.winnow.model.generate.GenerationSettings.Beams;
import io.winnow.model.generate.GenerationSettings.Length;
import io.winnow.model.generate.GenerationSettings.Sampling;

/** What settings of generation may not say together. */
final class GenerationChecks {
  private GenerationChecks() {}

  static void require(Length length, Beams beams, Sampling sampling, int returned) {
    if (sampling.enabled() && beams.count() > 1) {
      throw UserProblem.usage(
          "do_sample is true and num_beams is %d; set do_sample=false or num_beams=1"
              .formatted(beams.count()));
    }
    if (beams.count() > 1 && returned > beams.count()) {
      throw UserProblem.usage(
          "num_return_sequences is %d, more than num_beams, which is %d"
              .formatted(returned, beams.count()));
    }
    if (beams.count() == 1 && !sampling.enabled() && returned > 1) {
      throw UserProblem.usage(
          "num_return_sequences is %d, but greedy search finds one sequence; set num_beams or do_sample"
              .formatted(returned));
    }
    if (length.maxNew() == null && length.min() > length.max()) {
      throw UserProblem.usage(
          "min_length is %d, more than max_length, which is %d"
              .formatted(length.min(), length.max()));
    }
    if (length.maxNew() != null && length.minNew() > length.maxNew()) {
      throw UserProblem.usage(
          "min_new_tokens is %d, more than max_new_tokens, which is %d"
              .formatted(length.minNew(), length.maxNew()));
    }
  }
}
