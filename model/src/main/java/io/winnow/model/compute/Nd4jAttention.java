package io.winnow.model.compute;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.shape.Gather;
import org.nd4j.linalg.api.ops.impl.shape.OneHot;
import org.nd4j.linalg.api.ops.impl.transforms.custom.LessThanOrEqual;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.BooleanIndexing;
import org.nd4j.linalg.indexing.conditions.Conditions;
import org.nd4j.linalg.ops.transforms.Transforms;

/** What attention needs besides products, in ND4J operations; softmax in double. */
final class Nd4jAttention {
  private Nd4jAttention() {}

  static void maskedSoftmax(Matrix p, AttentionMask mask) {
    try (var t = new Temporaries()) {
      INDArray seen = seen(mask, t); // [rows, keys], 1 or 0
      INDArray x = t.doubles(p);
      cover(x, seen);
      x.subi(x.max(true, 1));
      Transforms.exp(x, false).muli(seen);
      INDArray sum = t.of(x.sum(true, 1));
      INDArray none = t.of(t.of(sum.eq(0)).castTo(DataType.DOUBLE)); // rows that see no key
      x.divi(sum.addi(none));
      if (mask.reach() == AttentionMask.Reach.PAST) {
        x.addiColumnVector(none.divi(mask.keys())); // a blind query looks at all keys alike
      }
      Views.of(p).assign(x);
