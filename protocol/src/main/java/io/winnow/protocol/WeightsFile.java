package io.winnow.protocol;

/**
 * A file of a model's folder.
 *
 * @param name without any folder
 */
public record WeightsFile(String name, long bytes) implements Wire {}
