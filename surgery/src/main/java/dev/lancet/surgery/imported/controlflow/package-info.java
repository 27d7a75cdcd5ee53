/** Calls, branches and loops: opened so that the rest sees one flat graph, and closed again before it is written. */
@NullMarked
package dev.lancet.surgery.imported.controlflow;

import org.jspecify.annotations.NullMarked;
