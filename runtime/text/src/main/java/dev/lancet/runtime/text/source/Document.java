package dev.lancet.runtime.text.source;

/**
 * One text of a corpus.
 *
 * @param where the file, and the entry, line or row in it, for messages
 * @param text the text without leading and trailing white space
 */
public record Document(String where, String text) {}
