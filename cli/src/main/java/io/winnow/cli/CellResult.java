package io.winnow.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.winnow.model.compute.JsonFiles;
import io.winnow.model.io.RunFolder;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * What came out of one run of a comparison, from its results.json.
 *
 * @param metric of the last evaluation; NaN where it was no finite number
 * @param steps optimizer steps done
 * @param parameters trained at the end, task head included
 * @param kept heads that stayed
 * @param optimizerBytes at the end
 * @param seconds training time as the run saw it, with others beside it
 * @param computeSeconds time in which workers computed training sweeps for it
 * @param bytes of parameters and gradients that travelled for its training steps
 */
record CellResult(
    double metric,
    long steps,
    long parameters,
    int kept,
    long optimizerBytes,
    double seconds,
    double computeSeconds,
    long bytes) {

  /** The result of a run, or null if it has not finished. */
  static @Nullable CellResult of(RunFolder folder, String metric) {
    if (!Files.isRegularFile(folder.results())) {
      return null;
    }
    JsonNode results = JsonFiles.readObject(folder.results());
    return new CellResult(
        results.path("metrics").path(metric).asDouble(Double.NaN),
        results.path("steps").asLong(),
        results.path("trainable_parameters").path("after").asLong(),
        results.path("kept").size(),
        results.path("optimizer_bytes").path("after").asLong(),
        results.path("seconds").asDouble(),
        results.path("compute_seconds").asDouble(),
        results.path("communicated_bytes").asLong());
  }
}
