/** The one import of a Lancet script: every word of the language as a static method of {@link dev.lancet.Lancet}. */
@NullMarked
package dev.lancet;

import org.jspecify.annotations.NullMarked;
