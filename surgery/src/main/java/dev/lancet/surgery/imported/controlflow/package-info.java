/** Calls, branches and loops: inlined, so that all other code sees one flat graph, and restored before it is written. */
@NullMarked
package dev.lancet.surgery.imported.controlflow;

import org.jspecify.annotations.NullMarked;
