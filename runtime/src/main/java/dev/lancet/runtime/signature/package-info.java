/** Texts as the inputs of a graph's signature. */
@NullMarked
package dev.lancet.runtime.signature;

import org.jspecify.annotations.NullMarked;
