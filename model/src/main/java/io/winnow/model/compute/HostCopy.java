package io.winnow.model.compute;

import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Keeps the two copies apart that an array has where ND4J computes on a device of its own: ND4J
 * tracks which is newer, for its own operations; what Java reads and writes in the host's memory it
 * has to be told. On a processor there is one memory, and nothing to do.
 */
final class HostCopy {
  private static final boolean SEPARATE = !Nd4j.getEnvironment().isCPU();

  private HostCopy() {}

  /** Before the host reads, or writes a part: its copy becomes the current one. */
  static void fetch(INDArray array) {
    if (SEPARATE) {
      Nd4j.getAffinityManager().ensureLocation(array, Location.HOST);
    }
  }

  /** After the host wrote: the device's copy is out of date. */
  static void written(INDArray array) {
    if (SEPARATE) {
      Nd4j.getAffinityManager().tagLocation(array, Location.HOST);
    }
  }
}
