/** Text in and out: tokenizers, corpora, and the order in which a training sees them. */
@NullMarked
package dev.lancet.runtime.text;

import org.jspecify.annotations.NullMarked;
