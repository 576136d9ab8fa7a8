package io.winnow.model.data;

/**
 * A text and what it should become.
 *
 * @param line of the file, 1-based, where the pair begins; its place in files without lines
 */
public record TextPair(String source, String target, long line) {}
