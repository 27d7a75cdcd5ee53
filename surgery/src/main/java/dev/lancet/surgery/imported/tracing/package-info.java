/** Traces a value of a graph back to a variable or a constant, through reshapes, transposes and reads. */
@NullMarked
package dev.lancet.surgery.imported.tracing;

import org.jspecify.annotations.NullMarked;
