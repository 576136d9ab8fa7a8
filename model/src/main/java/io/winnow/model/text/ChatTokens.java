package io.winnow.model.text;

/**
 * A rendered conversation as the model takes it, uncut.
 *
 * @param ids with all special tokens
 * @param answers whether a token is of an answer, for every token; an answer's end token is
 */
public record ChatTokens(int[] ids, boolean[] answers) {}
