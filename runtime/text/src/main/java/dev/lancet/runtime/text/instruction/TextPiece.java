package dev.lancet.runtime.text.instruction;

/**
 * A part of an example.
 *
 * @param text as the tokenizer reads it
 * @param answer whether the loss counts it
 */
public record TextPiece(String text, boolean answer) {}
