package dev.lancet.runtime.text.source;

/**
 * A text that stands by itself.
 *
 * @param where file, and entry, line or row in it, for messages
 * @param text without white space around it
 */
public record Document(String where, String text) {}
