/** Chance that repeats itself exactly: one stream of numbers per seed and name. */
@NullMarked
package dev.lancet.compression.random;

import org.jspecify.annotations.NullMarked;
