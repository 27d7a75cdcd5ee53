package dev.lancet.surgery.golden;

/**
 * One change between two texts: a run of lines in the first replaces a run in the second. One of the runs may be empty.
 *
 * @param from first line in the first text
 * @param to line after the last one in the first text
 * @param start first line in the second text
 * @param end line after the last one in the second text
 */
record Edit(int from, int to, int start, int end) {}
