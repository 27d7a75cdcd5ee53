/** Reproducible random numbers: one stream per seed and name. */
@NullMarked
package dev.lancet.compression.random;

import org.jspecify.annotations.NullMarked;
