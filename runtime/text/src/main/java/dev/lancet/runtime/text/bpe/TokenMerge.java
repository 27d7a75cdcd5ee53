package dev.lancet.runtime.text.bpe;

/**
 * The merge of two tokens into one.
 *
 * @param left id of the first token
 * @param right id of the second token
 * @param whole id of the merged token
 */
public record TokenMerge(int left, int right, int whole) {}
