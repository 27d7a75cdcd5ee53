/** Factors a matrix into two narrow ones, exactly or by a random sketch. */
@NullMarked
package dev.lancet.compression.svd;

import org.jspecify.annotations.NullMarked;
