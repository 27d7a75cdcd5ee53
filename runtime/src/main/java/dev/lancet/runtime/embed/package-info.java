/** Vectors of texts, by the graphs of sentence encoders. */
@NullMarked
package dev.lancet.runtime.embed;

import org.jspecify.annotations.NullMarked;
