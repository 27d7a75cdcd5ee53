/** Graphs as values: builders, views and text of graphs, without any native library. */
@NullMarked
package dev.lancet.surgery.graph;

import org.jspecify.annotations.NullMarked;
