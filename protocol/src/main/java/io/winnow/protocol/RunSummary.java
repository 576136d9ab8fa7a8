package io.winnow.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The outcome of a run, as results.json states it.
 *
 * @param metrics last evaluation, by name
 * @param best best evaluation by the run's metric, by name; empty when nothing was evaluated
 * @param trainableBefore trainable values at the start, head tensors included
 * @param optimizerBytesBefore bytes of optimizer state at the start
 * @param seconds training time of the steps that count, in seconds
 * @param skippedSteps steps without effect because something was not finite
 * @param stoppedEarly why the run ended ahead of its last step; empty where it did not
 * @param computeSeconds time in which workers computed the steps, summed over them; 0 = not known
 * @param communicatedBytes of parameters and gradients that travelled for the steps; 0 = not known
 */
public record RunSummary(
    String method,
    long steps,
    Map<String, Double> metrics,
    Map<String, Double> best,
    long bestStep,
    List<HeadView> heads,
    long trainableBefore,
    long trainableAfter,
    long optimizerBytesBefore,
    long optimizerBytesAfter,
    double seconds,
    double tokensPerSecond,
    long skippedSteps,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String stoppedEarly,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) double computeSeconds,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) long communicatedBytes)
    implements Wire {
  public RunSummary {
    metrics = Map.copyOf(metrics);
    best = Map.copyOf(best);
    heads = List.copyOf(heads);
    stoppedEarly = Objects.requireNonNullElse(stoppedEarly, ""); // not in older journals
  }
}
