package io.winnow.model.io;

import io.winnow.model.adapter.AdapterSpec;
import io.winnow.model.train.HeadState;
import io.winnow.model.train.Importance;
import io.winnow.model.train.LoraHead;
import io.winnow.model.train.Moments;
import io.winnow.model.train.OmegaState;
import io.winnow.model.train.TripletHead;
import io.winnow.model.train.TripletPart;

/** The heads of a layer's blob; {@link LayerSnapshot} says which tensors they are. */
final class StoredHeads {
  private static final int TENSORS_OF_LORA = 8;
  private static final int TENSORS_OF_TRIPLETS = 16;

  private StoredHeads() {}

  /** How many tensors a head is. */
  static int tensors(HeadState head) {
    return head instanceof TripletHead ? TENSORS_OF_TRIPLETS : TENSORS_OF_LORA;
  }

  static void write(SafeTensorsWriter out, HeadState head) {
    if (head instanceof TripletHead triplets) {
      writeTriplets(out, triplets);
    } else if (head instanceof LoraHead lora) {
      writeLora(out, lora);
    }
  }

  private static void writeLora(SafeTensorsWriter out, LoraHead head) {
    String name = head.spec().id().module();
    int rank = head.rank();
    int in = head.spec().in();
    int rows = head.spec().out();
    out.floats(name + ".A", head.a(), rank, in);
    writeMoments(out, name + ".A", head.momentsA(), rank, in);
    out.floats(name + ".B", head.b(), rows, rank);
    writeMoments(out, name + ".B", head.momentsB(), rows, rank);
    OmegaState omega = head.omega();
    out.floats(name + ".omega", new float[] {omega.value(), omega.m(), omega.v()}, 3);
    out.longs(
        name + ".steps",
        new long[] {head.momentsA().steps(), head.momentsB().steps(), omega.steps()},
        3);
  }

  private static void writeTriplets(SafeTensorsWriter out, TripletHead head) {
    String name = head.spec().id().module();
    int rank = head.spec().rank();
    writePart(out, name + ".P", head.p(), head.spec().out(), rank);
    writePart(out, name + ".lambda", head.lambda(), rank);
    writePart(out, name + ".Q", head.q(), rank, head.spec().in());
    out.longs(
        name + ".steps",
        new long[] {
          head.p().moments().steps(), head.lambda().moments().steps(), head.q().moments().steps()
        },
        3);
  }

  private static void writePart(
      SafeTensorsWriter out, String name, TripletPart part, long... shape) {
    out.floats(name, part.values(), shape);
    writeMoments(out, name, part.moments(), shape);
    out.floats(name + ".mean", part.importance().mean(), shape);
    out.floats(name + ".spread", part.importance().spread(), shape);
  }

  private static void writeMoments(
      SafeTensorsWriter out, String name, Moments moments, long... shape) {
    out.floats(name + ".m", moments.m(), shape);
    out.floats(name + ".v", moments.v(), shape);
  }

  static boolean hasLora(StoredTensors in, AdapterSpec spec) {
    return in.has(spec.id().module() + ".A");
  }

  static HeadState lora(StoredTensors in, AdapterSpec spec) {
    String name = spec.id().module();
    long rank = in.shape(name + ".A")[0];
    float[] omega = in.floats(name + ".omega", 3);
    long[] steps = in.longs(name + ".steps", 3);
    return new LoraHead(
        spec,
        Math.toIntExact(rank),
        in.floats(name + ".A", rank, spec.in()),
        in.floats(name + ".B", spec.out(), rank),
        in.moments(name + ".A", steps[0], rank, spec.in()),
        in.moments(name + ".B", steps[1], spec.out(), rank),
        new OmegaState(omega[0], omega[1], omega[2], steps[2]));
  }

  static boolean hasTriplets(StoredTensors in, AdapterSpec spec) {
    return in.has(spec.id().module() + ".P");
  }

  static HeadState triplets(StoredTensors in, AdapterSpec spec) {
    String name = spec.id().module();
    long[] steps = in.longs(name + ".steps", 3);
    return new TripletHead(
        spec,
        part(in, name + ".P", steps[0], spec.out(), spec.rank()),
        part(in, name + ".lambda", steps[1], spec.rank()),
        part(in, name + ".Q", steps[2], spec.rank(), spec.in()));
  }

  private static TripletPart part(StoredTensors in, String name, long steps, long... shape) {
    return new TripletPart(
        in.floats(name, shape),
        in.moments(name, steps, shape),
        new Importance(in.floats(name + ".mean", shape), in.floats(name + ".spread", shape)));
  }
}
