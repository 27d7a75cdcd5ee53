/** Text to token ids and back: tokenizer files of others, and Lancet's own. */
@NullMarked
package dev.lancet.runtime.text.tokenizer;

import org.jspecify.annotations.NullMarked;
