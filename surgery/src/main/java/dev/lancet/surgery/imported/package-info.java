/** Graphs that Lancet did not declare: their linear layers found wherever they are, and cut as those of its own. */
@NullMarked
package dev.lancet.surgery.imported;

import org.jspecify.annotations.NullMarked;
