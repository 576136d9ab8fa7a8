package io.winnow.model.adapter;

/** The values of a fully trained tensor, row-major; published, never written again. */
public record TensorState(String name, float[] values) {}
