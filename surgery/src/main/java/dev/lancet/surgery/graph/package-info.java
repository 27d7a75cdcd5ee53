/** Graphs as values: what a pass needs to draw nodes and functions, without any native library. */
@NullMarked
package dev.lancet.surgery.graph;

import org.jspecify.annotations.NullMarked;
