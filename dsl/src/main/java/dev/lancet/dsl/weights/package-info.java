/** The arrays of a model in host memory or files, read and written one at a time. */
@NullMarked
package dev.lancet.dsl.weights;

import org.jspecify.annotations.NullMarked;
