/** Tokenizers, which convert text to token ids and back: those of other programs' files, and Lancet's own. */
@NullMarked
package dev.lancet.runtime.text.tokenizer;

import org.jspecify.annotations.NullMarked;
