/** Graphs that another tool wrote: finds their linear layers and compresses them like Lancet's own. */
@NullMarked
package dev.lancet.surgery.imported;

import org.jspecify.annotations.NullMarked;
