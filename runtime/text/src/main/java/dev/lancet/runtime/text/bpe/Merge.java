package dev.lancet.runtime.text.bpe;

/**
 * Two tokens that become one.
 *
 * @param left id of the first
 * @param right id of the second
 * @param whole id of the token that they become
 */
public record Merge(int left, int right, int whole) {}
