package io.winnow.model.text;

/**
 * A row of the model made of plain ids and the special tokens around them.
 *
 * @param firstAt index in the row of the first text's first token
 * @param secondAt the same of the second text; -1 where there is none
 */
public record Joined(Encoded row, int firstAt, int secondAt) {}
