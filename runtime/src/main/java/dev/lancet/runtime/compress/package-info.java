/** Compresses models, in the same way for declared models and imported graphs. */
@NullMarked
package dev.lancet.runtime.compress;

import org.jspecify.annotations.NullMarked;
