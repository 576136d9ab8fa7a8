package io.winnow.protocol;

import io.winnow.model.train.HeadReport;
import io.winnow.model.train.LayerReport;
import java.util.List;

/**
 * What a layer answers its run's coordinator, addressed to the run so that it finds it anywhere.
 */
public sealed interface LayerReply extends CoordinatorMessage, StepLoopMessage, Wire {
  /** The run whose layer speaks. */
  RunId run();

  /** The attempt the layer is in; for {@link Unloaded} the one that it was asked in. */
  long attempt();

  /** Name of the layer. */
  String layer();

  /** The layer holds this version, with these live heads (their gradients are 0). */
  record Restored(
      RunId run, long attempt, String layer, long version, LayerSize size, List<HeadReport> heads)
      implements LayerReply {
    public Restored {
      heads = List.copyOf(heads);
    }
  }

  /**
   * The layer holds nothing (it was just started) and was asked for something else than Restore.
   */
  record Unloaded(RunId run, long attempt, String layer) implements LayerReply {}

  /** All micro-batches of the step are in. */
  record LayerReady(RunId run, long attempt, long step, LayerReport report) implements LayerReply {
    @Override
    public String layer() {
      return report.layer().name();
    }
  }

  /** The step is applied; the layer holds version {@code step}. */
  record Applied(RunId run, long attempt, String layer, long step, LayerSize size)
      implements LayerReply {}

  /** The answer to Query while micro-batches are lacking. */
  record Missing(RunId run, long attempt, String layer, long step, List<Integer> microBatches)
      implements LayerReply {
    public Missing {
      microBatches = List.copyOf(microBatches);
    }
  }

  /** The version is in the store. */
  record Saved(RunId run, long attempt, String layer, long version, long bytes)
      implements LayerReply {}

  /**
   * The version is not saved, or could not be restored.
   *
   * @param isAway the store does not answer, so that asking again later may help; else it refused
   */
  record StoreFailed(
      RunId run, long attempt, String layer, long version, String reason, boolean isAway)
      implements LayerReply {}

  /**
   * The layer was moved: it holds this version again, in the attempt it was in. What it owes it
   * waits to be asked for.
   */
  record TakenUp(RunId run, long attempt, String layer, long version) implements LayerReply {}
}
