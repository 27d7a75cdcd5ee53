/** The arrays of a model on the host: read one at a time, written one at a time. */
@NullMarked
package dev.lancet.dsl.weights;

import org.jspecify.annotations.NullMarked;
