/** Matrices on the Java heap, for compression. */
@NullMarked
package dev.lancet.compression.matrix;

import org.jspecify.annotations.NullMarked;
