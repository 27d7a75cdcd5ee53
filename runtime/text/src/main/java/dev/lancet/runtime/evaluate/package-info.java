/** Measures the quality of a model. */
@NullMarked
package dev.lancet.runtime.evaluate;

import org.jspecify.annotations.NullMarked;
