package io.winnow.actors.weights;

import java.nio.file.Path;

/**
 * Whether a node exchanges base weights.
 *
 * @param fetch whether it takes what it lacks from nodes that serve
 * @param serve whether it gives what it computes with
 * @param cache folder for what was fetched
 */
public record WeightsSettings(boolean fetch, boolean serve, Path cache) {}
