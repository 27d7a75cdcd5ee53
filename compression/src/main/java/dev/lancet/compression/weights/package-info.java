/** The arrays of a model on the host: read one at a time, written one at a time. */
@NullMarked
package dev.lancet.compression.weights;

import org.jspecify.annotations.NullMarked;
