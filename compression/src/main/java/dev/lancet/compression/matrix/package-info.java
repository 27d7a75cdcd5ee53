/** Matrices on the Java heap, as compression computes with them. */
@NullMarked
package dev.lancet.compression.matrix;

import org.jspecify.annotations.NullMarked;
