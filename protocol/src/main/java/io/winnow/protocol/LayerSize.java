package io.winnow.protocol;

/**
 * What a layer holds: live heads, trainable values, bytes of optimizer state, late drops so far.
 */
public record LayerSize(int heads, long parameters, long optimizerBytes, long dropped) {}
