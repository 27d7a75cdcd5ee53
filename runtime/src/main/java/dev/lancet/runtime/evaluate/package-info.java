/** How good a model is. */
@NullMarked
package dev.lancet.runtime.evaluate;

import org.jspecify.annotations.NullMarked;
