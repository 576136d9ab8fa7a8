package io.winnow.protocol;

/**
 * A control message: travels by {@link KryoSerializer}, whose classes are registered one by one.
 */
public interface Wire {}
