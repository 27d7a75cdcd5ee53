/** Surgery: a transformer becomes a graph, and a graph is rewritten, as pure functions over protos. */
@NullMarked
package dev.lancet.surgery;

import org.jspecify.annotations.NullMarked;
