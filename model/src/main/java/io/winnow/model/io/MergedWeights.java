package io.winnow.model.io;

import io.winnow.model.arch.Architecture;
import io.winnow.model.arch.FrozenBase;
import io.winnow.model.arch.ParameterSite;
import io.winnow.model.compute.UserProblem;
import io.winnow.model.nn.LinearSite;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a merged model: W' = W + omega * scale * B A, summed in double and rounded once;
 * trained tensors instead of the base's; everything else as it is. Names are those of the task
 * model, whatever the base's files leave out of them. Values are read, computed and written a few
 * rows at a time.
 */
final class MergedWeights {
  private static final int BLOCK = 1 << 20;

  private final ModelFolder source;
  private final Architecture architecture;
  private final MergedType type;
  private final Map<String, Learned.Head> heads;
  private final Map<String, float[]> tensors;
  private final Map<String, Output> outputs = new LinkedHashMap<>();
  private final Set<String> used = new HashSet<>();

  /** A tensor to write. */
  record Output(String name, DType dtype, long[] shape, AtomicFile.Content values) {
    long bytes() {
      return elements(shape) * dtype.bits() / Byte.SIZE;
    }
  }

  MergedWeights(ModelFolder source, Learned learned, MergedType type) {
    this.source = source;
    this.architecture = learned.architecture();
    this.type = type;
    this.heads = learned.heads();
    this.tensors = learned.tensors();
  }

  /** All tensors: those of the architecture in its order, then what else the base's files hold. */
  List<Output> outputs() {
    FrozenBase.requireComplete(architecture, source);
    requireHead();
    architecture.parameters().forEach(this::addSite);
    for (String name : source.names()) {
      if (!used.contains(name)) {
        add(copy(name, name));
      }
    }
    return List.copyOf(outputs.values());
  }

  /** A task head that nobody trained would be drawn anew by whoever reads the merged model. */
  private void requireHead() {
    List<String> missing =
        FrozenBase.missingHead(architecture, source).stream()
            .filter(name -> !tensors.containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      throw UserProblem.failure(
          "neither the adapter nor %s has %s; an adapter of this task must bring its head (PEFT: modules_to_save)"
              .formatted(source.path(), String.join(", ", missing)));
    }
  }

  private void addSite(ParameterSite site) {
    List<String> stored = FrozenBase.namesIn(source, site, architecture);
    used.addAll(stored);
    float[] values = tensors.get(site.name());
    Learned.Head head = head(site.name());
    if (values == null && head == null) {
      stored.forEach(name -> add(copy(name, taskName(name, site))));
    } else {
      Set<String> names = new TreeSet<>(Set.of(site.name()));
      stored.forEach(name -> names.add(taskName(name, site)));
      Rows rows = values == null ? base(stored.get(0)) : given(values);
      DType written = dtype(source.dtype(stored.isEmpty() ? linear() : stored.get(0)));
      names.forEach(name -> add(changed(new Block(name, site, written), rows, head)));
    }
  }

  private Learned.@Nullable Head head(String name) {
    String weight = ".weight";
    return name.endsWith(weight)
        ? heads.get(name.substring(0, name.length() - weight.length()))
        : null;
  }

  /** What the task model calls a tensor that the files may hold without the base's prefix. */
  private String taskName(String stored, ParameterSite site) {
    boolean full =
        stored.equals(site.name()) || architecture.copiesOf(site.name()).contains(stored);
    return full ? stored : architecture.basePrefix() + stored;
  }

  private void add(Output output) {
    outputs.putIfAbsent(output.name(), output);
  }

  /** A tensor that is not changed, under its name in the merged model. */
  private Output copy(String stored, String name) {
    DType dtype = source.dtype(stored);
    DType written = dtype.isFloat() ? dtype(dtype) : dtype;
    long[] shape = source.shape(stored);
    if (written == dtype) {
      return new Output(name, dtype, shape, out -> source.copyTo(stored, out));
    }
    return changed(new Block(name, shape, written), base(stored), null);
  }

  private static Output changed(Block block, Rows rows, Learned.@Nullable Head head) {
    return new Output(
        block.name(), block.dtype(), block.shape(), out -> block.write(rows, head, out));
  }

  /** The stored name of some linear layer's matrix, whose type new tensors take. */
  private String linear() {
    LinearSite first = architecture.linears().get(0);
    return architecture.parameters().stream()
        .filter(site -> site.name().equals(first.path() + ".weight"))
        .map(site -> FrozenBase.namesIn(source, site, architecture).get(0))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no matrix of " + first.path()));
  }

  private static long elements(long[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  private DType dtype(DType stored) {
    return switch (type) {
      case F32 -> DType.F32;
      case BF16 -> DType.BF16;
      case SOURCE -> stored;
    };
  }

  /** Values of a tensor, from element {@code from} on. */
  private interface Rows {
    void read(long from, FloatBuffer target);
  }

  private Rows base(String stored) {
    return (from, target) -> source.read(stored, from, target);
  }

  private static Rows given(float[] values) {
    return (from, target) -> target.put(values, (int) from, target.remaining());
  }

  /** How a tensor is written: some rows, values along the last extents, at a time. */
  private record Block(String name, long[] shape, DType dtype) {
    Block(String name, ParameterSite site, DType dtype) {
      this(name, site.shape().stream().mapToLong(Integer::longValue).toArray(), dtype);
    }

    void write(Rows rows, Learned.@Nullable Head head, WritableByteChannel out) throws IOException {
      long elements = elements(shape);
      int width = shape.length < 2 || elements == 0 ? 1 : (int) (elements / shape[0]);
      int most = (int) Math.min(elements, (long) Math.max(1, BLOCK / width) * width);
      float[] values = new float[most];
      var channel = new FloatChannel(out, dtype, name);
      for (long from = 0; from < elements; from += most) {
        int count = (int) Math.min(most, elements - from);
        rows.read(from, FloatBuffer.wrap(values, 0, count));
        if (head != null) {
          fold(head, values, from / width, count / width);
        }
        channel.write(values, count);
      }
    }

    /** Adds factor * B A to {@code count} rows of W from {@code first} on. */
    private void fold(Learned.Head head, float[] values, long first, int count) {
      int rank = head.state().rank();
      int width = (int) shape[1];
      float[] a = head.state().a(); // [rank, width]
      float[] b = head.state().b(); // [out, rank]
      double[] row = new double[width];
      for (int r = 0; r < count; r++) {
        Arrays.fill(row, 0);
        for (int k = 0; k < rank; k++) {
          double weight = b[(int) (first + r) * rank + k];
          for (int i = 0; i < width; i++) {
            row[i] += weight * a[k * width + i];
          }
        }
        for (int i = 0; i < width; i++) {
          values[r * width + i] = (float) (values[r * width + i] + head.factor() * row[i]);
        }
      }
    }
  }
}
