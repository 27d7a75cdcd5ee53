/**
 * Byte-level byte pair encoding as GPT-2 has it: how text falls into words, how merges are learnt from words, how words
 * become tokens. It knows nothing of files.
 */
@NullMarked
package dev.lancet.runtime.text.bpe;

import org.jspecify.annotations.NullMarked;
