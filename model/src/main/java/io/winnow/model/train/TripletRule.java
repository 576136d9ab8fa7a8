package io.winnow.model.train;

/**
 * How the triplets of AdaLoRA are trained.
 *
 * @param orthogonality gamma, the weight of {@link Orthogonality}
 * @param smoothing of their importance
 */
public record TripletRule(float orthogonality, Importance.Smoothing smoothing) {}
