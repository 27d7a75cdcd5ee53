package dev.lancet.runtime.classify;

/**
 * A text with its class.
 *
 * @param where the file and the row in it, for messages
 * @param text the text
 * @param label the name of its class, as the file writes it
 */
public record LabelledText(String where, String text, String label) {}
