/**
 * Byte-level byte-pair encoding as in GPT-2: splits text into words, learns merges from words, and encodes words as
 * tokens. It reads and writes no files.
 */
@NullMarked
package dev.lancet.runtime.text.bpe;

import org.jspecify.annotations.NullMarked;
