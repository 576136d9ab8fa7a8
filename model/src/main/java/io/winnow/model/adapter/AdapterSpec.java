package io.winnow.model.adapter;

/**
 * What does not change about a head: h(x) = W x + b + omega * scale * B (A x), A {@code [rank,
 * in]}, B {@code [out, rank]}. {@code scale} is alpha / r (or alpha / sqrt(r)) at the initial rank,
 * and stays so when the rank grows (method.md, WeightLoRA+).
 */
public record AdapterSpec(AdapterId id, int in, int out, int rank, float scale) {}
