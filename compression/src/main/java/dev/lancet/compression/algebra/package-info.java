/** Dense linear algebra in 64 bits: what calibrated methods need from LAPACK. */
@NullMarked
package dev.lancet.compression.algebra;

import org.jspecify.annotations.NullMarked;
