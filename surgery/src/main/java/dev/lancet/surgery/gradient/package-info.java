/**
 * The training graph: gradients derived graph to graph, the optimiser's update as nodes, and passes that decorate both.
 * Everything here is a pure function over protos.
 */
@NullMarked
package dev.lancet.surgery.gradient;

import org.jspecify.annotations.NullMarked;
