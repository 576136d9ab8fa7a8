package io.winnow.protocol;

/** What the run registry can receive. */
public interface RegistryMessage {}
