/** Tokenizers as the metadata of a GGUF file. */
@NullMarked
package dev.lancet.runtime.gguf.vocabulary;

import org.jspecify.annotations.NullMarked;
