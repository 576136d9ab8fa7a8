package io.winnow.actors.store;

/** Bytes in the store, as they are (safetensors). */
public record Blob(byte[] bytes) {}
