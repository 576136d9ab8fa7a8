package io.winnow.model.adapter;

/**
 * Gradient of one head: dA {@code [rank, in]}, dB {@code [out, rank]}, dOmega a scalar. dA and dB
 * are empty where they are zero by construction (a masked head, omega = 0; its dOmega is not zero).
 */
public record AdapterGradient(AdapterId id, float[] dA, float[] dB, float dOmega) {}
