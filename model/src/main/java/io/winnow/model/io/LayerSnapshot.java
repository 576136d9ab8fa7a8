package io.winnow.model.io;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.compute.Fingerprint;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.TensorTraining;
import java.util.List;
import java.util.stream.Stream;

/**
 * A layer's state as a safetensors blob, the form in which checkpoints are stored. Per live head
 * {@code <module>.A [rank, in]}, {@code .B [out, rank]}, their moments {@code .A.m .A.v .B.m .B.v},
 * {@code .omega [3]} (value, m, v) and {@code .steps [3]} (updates of A, B, omega); with triplets
 * instead {@code .P [out, rank]}, {@code .lambda [rank]} and {@code .Q [rank, in]}, each with its
 * moments {@code .m .v} and its importance {@code .mean .spread}, and their {@code .steps}; per
 * trained tensor its name, {@code .m}, {@code .v} and {@code .steps [1]}. Pruned heads are absent.
 * The metadata holds a hash of all tensors. The same state gives the same bytes.
 */
public final class LayerSnapshot {
  private static final String FORMAT = "winnow-layer-1";

  private LayerSnapshot() {}

  /** The blob of a state. */
  public static byte[] write(LayerState state) {
    SafeTensorsWriter out =
        new SafeTensorsWriter()
            .metadata("format", FORMAT)
            .metadata("layer", state.plan().spec().id().name())
            .metadata("version", Long.toString(state.version()));
    state.heads().forEach(head -> StoredHeads.write(out, head));
    state.tensors().forEach(tensor -> write(out, tensor));
    return out.metadata("sha256", hash(out.toBytes())).toBytes();
  }

  static String hash(byte[] blob) {
    try (SafeTensors tensors = SafeTensors.of(blob, "layer snapshot")) {
      return hash(tensors);
    }
  }

  static String hash(SafeTensors tensors) {
    Fingerprint hash = new Fingerprint();
    tensors.names().forEach(name -> hash.add(name).add(tensors.bytes(name)));
    return hash.hex();
  }

  private static void write(SafeTensorsWriter out, TensorTraining tensor) {
    String name = tensor.spec().name();
    long[] shape = tensor.spec().shape().stream().mapToLong(Integer::longValue).toArray();
    out.floats(name, tensor.values(), shape);
    out.floats(name + ".m", tensor.moments().m(), shape);
    out.floats(name + ".v", tensor.moments().v(), shape);
    out.longs(name + ".steps", new long[] {tensor.moments().steps()}, 1);
  }

  /**
   * The state of a blob.
   *
   * @throws UserProblem if the blob is corrupt, or of another layer, version or format
   */
  public static LayerState read(LayerPlan plan, long version, byte[] blob) {
    String layer = plan.spec().id().name();
    String what = "checkpoint of layer " + layer + " at step " + version;
    try (SafeTensors in = SafeTensors.of(blob, what)) {
      expect(what, in, "format", FORMAT);
      expect(what, in, "layer", layer);
      expect(what, in, "version", Long.toString(version));
      expect(what, in, "sha256", hash(in));
      StoredTensors stored = new StoredTensors(in);
      LayerState state = new LayerState(plan, version, heads(plan, stored), tensors(plan, stored));
      int expected = state.heads().stream().mapToInt(StoredHeads::tensors).sum();
      if (in.names().size() != expected + 4 * state.tensors().size()) {
        throw StoredTensors.foreign(
            what, "it holds " + in.names() + ", not all of which this run has");
      }
      return state;
    }
  }

  private static List<HeadState> heads(LayerPlan plan, StoredTensors in) {
    Stream<AdapterSpec> all = plan.spec().adapters().stream();
    return plan.triplets() == null
        ? all.filter(spec -> StoredHeads.hasLora(in, spec))
            .map(spec -> StoredHeads.lora(in, spec))
            .toList()
        : all.filter(spec -> StoredHeads.hasTriplets(in, spec))
            .map(spec -> StoredHeads.triplets(in, spec))
            .toList();
  }

  private static List<TensorTraining> tensors(LayerPlan plan, StoredTensors in) {
    return plan.spec().tensors().stream().map(spec -> tensor(in, spec)).toList();
  }

  private static TensorTraining tensor(StoredTensors in, TensorSpec spec) {
    String name = spec.name();
    long[] shape = spec.shape().stream().mapToLong(Integer::longValue).toArray();
    long steps = in.longs(name + ".steps", 1)[0];
    return new TensorTraining(spec, in.floats(name, shape), in.moments(name, steps, shape));
  }

  /** Metadata that a blob must have. */
  static void expect(String what, SafeTensors in, String key, String value) {
    String found = in.metadata().get(key);
    if (!value.equals(found)) {
      throw StoredTensors.foreign(what, "it says " + key + " = " + found + ", expected " + value);
    }
  }
}
