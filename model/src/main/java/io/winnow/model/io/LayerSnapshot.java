package io.winnow.model.io;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.adapter.TensorSpec;
import io.winnow.model.compute.Fingerprint;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.LayerPlan;
import io.winnow.model.train.LayerState;
import io.winnow.model.train.Moments;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.TensorTraining;
import java.util.Arrays;
import java.util.List;

/**
 * A layer's state as a safetensors blob, the form in which checkpoints are stored. Per live head
 * {@code <module>.A [rank, in]}, {@code .B [out, rank]}, their moments {@code .A.m .A.v .B.m .B.v},
 * {@code .omega [3]} (value, m, v) and {@code .steps [3]} (updates of A, B, omega); per trained
 * tensor its name, {@code .m}, {@code .v} and {@code .steps [1]}. Pruned heads are absent. The
 * metadata holds a hash of all tensors. The same state gives the same bytes.
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
    return out.metadata("sha256", hash(out.toBytes())).toBytes();
  }

  private static String hash(byte[] blob) {
    try (SafeTensors tensors = SafeTensors.of(blob, "layer snapshot")) {
      return hash(tensors);
    }
  }

  private static String hash(SafeTensors tensors) {
    Fingerprint hash = new Fingerprint();
    tensors.names().forEach(name -> hash.add(name).add(tensors.bytes(name)));
    return hash.hex();
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
      expect(what, in, "sha256", hash(in));
      LayerState state = new LayerState(plan, version, heads(plan, in), tensors(plan, in));
      if (in.names().size() != 8 * state.heads().size() + 4 * state.tensors().size()) {
        throw foreign(what, "it holds " + in.names() + ", not all of which this run has");
      }
      return state;
    }
  }

  private static List<HeadState> heads(LayerPlan plan, SafeTensors in) {
    return plan.spec().adapters().stream()
        .filter(spec -> in.has(spec.id().module() + ".A"))
        .map(spec -> head(in, spec))
        .toList();
  }

  private static HeadState head(SafeTensors in, AdapterSpec spec) {
    String name = spec.id().module();
    long rank = in.shape(name + ".A")[0];
    float[] omega = floats(in, name + ".omega", 3);
    long[] steps = longs(in, name + ".steps", 3);
    return new HeadState(
        spec,
        Math.toIntExact(rank),
        floats(in, name + ".A", rank, spec.in()),
        floats(in, name + ".B", spec.out(), rank),
        moments(in, name + ".A", steps[0], rank, spec.in()),
        moments(in, name + ".B", steps[1], spec.out(), rank),
        new OmegaState(omega[0], omega[1], omega[2], steps[2]));
  }

  private static List<TensorTraining> tensors(LayerPlan plan, SafeTensors in) {
    return plan.spec().tensors().stream().map(spec -> tensor(in, spec)).toList();
  }

  private static TensorTraining tensor(SafeTensors in, TensorSpec spec) {
    String name = spec.name();
    long[] shape = spec.shape().stream().mapToLong(Integer::longValue).toArray();
    long steps = longs(in, name + ".steps", 1)[0];
    return new TensorTraining(spec, floats(in, name, shape), moments(in, name, steps, shape));
  }

  private static Moments moments(SafeTensors in, String name, long steps, long... shape) {
    return new Moments(floats(in, name + ".m", shape), floats(in, name + ".v", shape), steps);
  }

  private static float[] floats(SafeTensors in, String name, long... shape) {
    expectShape(in, name, shape);
    return in.floats(name);
  }

  private static long[] longs(SafeTensors in, String name, long... shape) {
    expectShape(in, name, shape);
    return in.longs(name);
  }

  private static void expectShape(SafeTensors in, String name, long... shape) {
    if (!Arrays.equals(in.shape(name), shape)) {
      throw foreign(
          in.what(),
          "tensor %s has shape %s, expected %s"
              .formatted(name, Arrays.toString(in.shape(name)), Arrays.toString(shape)));
    }
  }

  private static void expect(String what, SafeTensors in, String key, String value) {
    String found = in.metadata().get(key);
    if (!value.equals(found)) {
      throw foreign(what, "it says " + key + " = " + found + ", expected " + value);
    }
  }

  private static UserProblem foreign(String what, String why) {
    return UserProblem.failure(
        what + ": " + why + "; the store does not belong to this run or is damaged");
  }
}
