/** Samples: one story per file. */
@NullMarked
package dev.lancet.samples;

import org.jspecify.annotations.NullMarked;
