package io.winnow.model.io;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.Moments;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.TensorTraining;
import java.util.ArrayList;
import java.util.List;

/**
 * A layer's state as a safetensors blob, the form in which checkpoints are stored. Per live head
 * {@code <module>.A [rank, in]}, {@code .B [out, rank]}, their moments {@code .A.m .A.v .B.m .B.v},
 * {@code .omega [3]} (value, m, v) and {@code .steps [3]} (updates of A, B, omega); per trained
 * tensor its name, {@code .m}, {@code .v} and {@code .steps [1]}. Pruned heads are absent. The same
 * state gives the same bytes.
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
    state.heads().forEach(head -> write(out, head));
    state.tensors().forEach(tensor -> write(out, tensor));
    return out.toBytes();
  }

  private static void write(SafeTensorsWriter out, HeadState head) {
    String name = head.spec().id().module();
    int rank = head.rank();
    int in = head.spec().in();
    int rows = head.spec().out();
    out.floats(name + ".A", head.a(), rank, in);
    out.floats(name + ".A.m", head.momentsA().m(), rank, in);
    out.floats(name + ".A.v", head.momentsA().v(), rank, in);
    out.floats(name + ".B", head.b(), rows, rank);
    out.floats(name + ".B.m", head.momentsB().m(), rows, rank);
    out.floats(name + ".B.v", head.momentsB().v(), rows, rank);
    OmegaState omega = head.omega();
    out.floats(name + ".omega", new float[] {omega.value(), omega.m(), omega.v()}, 3);
    out.longs(
        name + ".steps",
        new long[] {head.momentsA().steps(), head.momentsB().steps(), omega.steps()},
        3);
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
      List<HeadState> heads = new ArrayList<>();
      for (AdapterSpec spec : plan.spec().adapters()) {
        if (in.has(spec.id().module() + ".A")) {
          heads.add(head(in, spec));
        }
      }
      List<TensorTraining> tensors = new ArrayList<>();
      for (TensorSpec spec : plan.spec().tensors()) {
        tensors.add(tensor(in, spec));
      }
      return new LayerState(plan, version, heads, tensors);
    }
  }

  private static HeadState head(SafeTensors in, AdapterSpec spec) {
    String name = spec.id().module();
    float[] omega = in.floats(name + ".omega");
    long[] steps = in.longs(name + ".steps");
    return new HeadState(
        spec,
        Math.toIntExact(in.shape(name + ".A")[0]),
        in.floats(name + ".A"),
        in.floats(name + ".B"),
        new Moments(in.floats(name + ".A.m"), in.floats(name + ".A.v"), steps[0]),
        new Moments(in.floats(name + ".B.m"), in.floats(name + ".B.v"), steps[1]),
        new OmegaState(omega[0], omega[1], omega[2], steps[2]));
  }

  private static TensorTraining tensor(SafeTensors in, TensorSpec spec) {
    String name = spec.name();
    return new TensorTraining(
        spec,
        in.floats(name),
        new Moments(in.floats(name + ".m"), in.floats(name + ".v"), in.longs(name + ".steps")[0]));
  }

  private static void expect(String what, SafeTensors in, String key, String value) {
    String found = in.metadata().get(key);
    if (!value.equals(found)) {
      throw UserProblem.failure(
          what
              + ": the stored blob says "
              + key
              + " = "
              + found
              + ", expected "
              + value
              + "; the store does not belong to this run or is damaged");
    }
  }
}
