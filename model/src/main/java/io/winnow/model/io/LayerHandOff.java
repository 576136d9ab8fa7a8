package io.winnow.model.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.model.adapter.AdapterGradient;
import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.LayerGradient;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.adapter.TensorState;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a layer that is moved leaves to its successor: its state in an attempt, and for the steps
 * after it whose gradients are all in, their sums. As a blob it is a safetensors file of format
 * {@code winnow-hand-off-1}: in the metadata attempt, version, the steps of the sums and the
 * layer's plan as JSON; the state as the bytes of its {@link LayerSnapshot} in {@code state}; and
 * per sum {@code sum.<step>.<module>.dA .dB .dOmega} of each head and {@code sum.<step>.<tensor>}.
 *
 * @param sums by step; empty where micro-batches are lacking
 */
public record LayerHandOff(long attempt, LayerState state, SortedMap<Long, LayerGradient> sums) {
  private static final String FORMAT = "winnow-hand-off-1";
  private static final String STATE = "state";
  private static final ObjectMapper JSON = new ObjectMapper();

  public LayerHandOff {
    sums = Collections.unmodifiableSortedMap(new TreeMap<>(sums));
  }

  /** Its blob; the same hand-off gives the same bytes. */
  public byte[] toBytes() {
    byte[] snapshot = LayerSnapshot.write(state);
    SafeTensorsWriter out =
        new SafeTensorsWriter()
            .metadata("format", FORMAT)
            .metadata("layer", state.plan().spec().id().name())
            .metadata("attempt", Long.toString(attempt))
            .metadata("version", Long.toString(state.version()))
            .metadata(
                "steps", String.join(",", sums.keySet().stream().map(Object::toString).toList()))
            .metadata("plan", planText())
            .streamed(
                STATE,
                DType.U8,
                new long[] {snapshot.length},
                channel -> channel.write(ByteBuffer.wrap(snapshot)));
    sums.forEach((step, sum) -> write(out, prefix(step), sum));
    return out.metadata("sha256", LayerSnapshot.hash(out.toBytes())).toBytes();
  }

  private String planText() {
    try {
      return JSON.writeValueAsString(state.plan());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON of the plan " + state.plan(), e);
    }
  }

  private static String prefix(long step) {
    return "sum." + step + ".";
  }

  private static void write(SafeTensorsWriter out, String prefix, LayerGradient sum) {
    for (AdapterGradient head : sum.adapters()) {
      String name = prefix + head.id().module();
      out.floats(name + ".dA", head.dA(), head.dA().length);
      out.floats(name + ".dB", head.dB(), head.dB().length);
      out.floats(name + ".dOmega", new float[] {head.dOmega()}, 1);
    }
    for (TensorState tensor : sum.tensors()) {
      out.floats(prefix + tensor.name(), tensor.values(), tensor.values().length);
    }
  }

  /**
   * The hand-off of a blob.
   *
   * @throws UserProblem if the blob is corrupt, or of another layer or format
   */
  public static LayerHandOff read(String layer, byte[] blob) {
    String what = "hand-off of layer " + layer;
    try (SafeTensors in = SafeTensors.of(blob, what)) {
      LayerSnapshot.expect(what, in, "format", FORMAT);
      LayerSnapshot.expect(what, in, "layer", layer);
      LayerSnapshot.expect(what, in, "sha256", LayerSnapshot.hash(in));
      LayerPlan plan = JSON.readValue(in.metadata().get("plan"), LayerPlan.class);
      ByteBuffer snapshot = in.bytes(STATE);
      byte[] bytes = new byte[snapshot.remaining()];
      snapshot.get(bytes);
      LayerState state =
          LayerSnapshot.read(plan, Long.parseLong(in.metadata().get("version")), bytes);
      SortedMap<Long, LayerGradient> sums = new TreeMap<>();
      for (String step : in.metadata().get("steps").split(",")) {
        if (!step.isEmpty()) {
          sums.put(Long.valueOf(step), sum(plan, in, prefix(Long.parseLong(step))));
        }
      }
      return new LayerHandOff(Long.parseLong(in.metadata().get("attempt")), state, sums);
    } catch (JsonProcessingException e) {
      throw UserProblem.failure(what + ": its plan is unreadable: " + e.getOriginalMessage(), e);
    }
  }

  private static LayerGradient sum(LayerPlan plan, SafeTensors in, String prefix) {
    List<AdapterGradient> heads =
        plan.spec().adapters().stream()
            .filter(spec -> in.has(prefix + spec.id().module() + ".dOmega"))
            .map(spec -> head(spec, in, prefix + spec.id().module()))
            .toList();
    List<TensorState> tensors =
        plan.spec().tensors().stream()
            .map(TensorSpec::name)
            .filter(name -> in.has(prefix + name))
            .map(name -> new TensorState(name, in.floats(prefix + name)))
            .toList();
    return new LayerGradient(plan.spec().id(), heads, tensors);
  }

  private static AdapterGradient head(AdapterSpec spec, SafeTensors in, String name) {
    return new AdapterGradient(
        spec.id(),
        in.floats(name + ".dA"),
        in.floats(name + ".dB"),
        in.floats(name + ".dOmega")[0]);
  }
}
