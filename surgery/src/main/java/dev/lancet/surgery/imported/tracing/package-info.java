/** Where a value of a graph comes from: through reshapes, transposes and reads, back to a variable or a constant. */
@NullMarked
package dev.lancet.surgery.imported.tracing;

import org.jspecify.annotations.NullMarked;
