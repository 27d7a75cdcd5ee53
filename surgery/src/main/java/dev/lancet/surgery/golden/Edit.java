package dev.lancet.surgery.golden;

/**
 * Lines of one text that stand for lines of another; either run may be empty, not both.
 *
 * @param from first line in the text before
 * @param to line after the last in the text before
 * @param start first line in the text after
 * @param end line after the last in the text after
 */
record Edit(int from, int to, int start, int end) {}
