/** Compares graphs: reads files with graphs, writes canonical text, and finds the differences of two texts. */
@NullMarked
package dev.lancet.surgery.golden;

import org.jspecify.annotations.NullMarked;
