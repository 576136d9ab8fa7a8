package io.winnow.protocol;

/** A message that is mostly float arrays: travels as raw buffers by {@link TensorSerializer}. */
public interface TensorWire {}
