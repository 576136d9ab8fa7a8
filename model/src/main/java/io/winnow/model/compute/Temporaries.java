package io.winnow.model.compute;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The intermediate arrays of one operation of {@link Nd4jBackend}. While it is open, every array
 * that this thread makes lies in an ND4J workspace: memory of this thread that grows to what the
 * largest operation needs and is used again by the next. (Made and closed one by one, arrays of
 * some hundred KiB left the process growing by their size until the garbage collector ran.) Not to
 * be nested; no array may leave it.
 */
final class Temporaries implements AutoCloseable {
  private static final String NAME = "winnow";

  private static final WorkspaceConfiguration GROWING =
      WorkspaceConfiguration.builder()
          .initialSize(0)
          .policyAllocation(AllocationPolicy.OVERALLOCATE)
          .overallocationLimit(0.1)
          .policyLearning(LearningPolicy.FIRST_LOOP)
          .policySpill(SpillPolicy.REALLOCATE)
          .policyReset(ResetPolicy.BLOCK_LEFT)
          .build();

  private final MemoryWorkspace workspace =
      Nd4j.getWorkspaceManager().getAndActivateWorkspace(GROWING, NAME);

  /** The only output of an operation. */
  INDArray of(CustomOp operation) {
    return Nd4j.exec(operation)[0];
  }

  /** A copy in double, row-major: what is summed over is summed in double. */
  INDArray doubles(INDArray x) {
    return Nd4j.createUninitialized(DataType.DOUBLE, x.shape()).assign(x);
  }

  INDArray doubles(Matrix x) {
    return doubles(Views.of(x));
  }

  /** A tensor {@code [n]} in double, as {@code [1, n]}. */
  INDArray doubles(Tensor x) {
    return doubles(Views.row(x));
  }

  /** A copy in float, row-major. */
  INDArray floats(Matrix x) {
    return Nd4j.createUninitialized(DataType.FLOAT, x.rows(), x.columns()).assign(Views.of(x));
  }

  INDArray zeros(long rows, long columns) {
    return Nd4j.create(DataType.FLOAT, rows, columns);
  }

  /** Indices {@code [n]}. */
  INDArray indices(int[] values) {
    return Nd4j.createFromArray(values);
  }

  /** drop(x); x itself where the mask drops nothing. The mask is that of {@link CpuBackend}. */
  INDArray dropped(Matrix x, DropMask mask) {
    if (mask.dropsNothing()) {
      return Views.of(x);
    }
    int n = x.columns();
    float[] factors = new float[x.rows() * n];
    float[] row = new float[n];
    for (int r = 0; r < x.rows(); r++) {
      Arrays.fill(row, 1f);
      RowKernels.drop(row, n, mask, r);
      System.arraycopy(row, 0, factors, r * n, n);
    }
    return Nd4j.createFromArray(factors).reshape(x.rows(), n).muli(Views.of(x));
  }

  @Override
  public void close() {
    workspace.close();
  }
}
