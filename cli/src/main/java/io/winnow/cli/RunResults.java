package io.winnow.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a finished run.
 *
 * @param seconds wall time of this process's part
 * @param metrics of the last evaluation; empty without validation data
 * @param bestStep step of the best evaluation; 0 without validation data
 * @param kept module paths of the heads that stayed, in model order
 * @param dropped those of the others
 * @param before trained values and optimizer state at the start
 * @param after the same at the end
 * @param stoppedEarly why the run ended ahead of its last step; empty where it did not
 * @param adapter folder of the adapter in PEFT's format; null if none was written
 */
public record RunResults(
    long steps,
    double seconds,
    SortedMap<String, Double> metrics,
    long bestStep,
    List<String> kept,
    List<String> dropped,
    Size before,
    Size after,
    String stoppedEarly,
    @Nullable Path adapter) {

  /**
   * How much is trained: numbers of parameters, of adapters alone, and bytes of optimizer state.
   */
  public record Size(long parameters, long adapterParameters, long optimizerBytes) {}
}
