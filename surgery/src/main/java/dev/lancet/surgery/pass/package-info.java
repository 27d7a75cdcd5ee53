/** What makes a graph that trains fast: passes from graph to graph, each of which can be left out. */
@NullMarked
package dev.lancet.surgery.pass;

import org.jspecify.annotations.NullMarked;
