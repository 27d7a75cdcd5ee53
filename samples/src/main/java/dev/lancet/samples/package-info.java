/** Samples: one story a file. */
@NullMarked
package dev.lancet.samples;

import org.jspecify.annotations.NullMarked;
