/** Surgery: builds the graph of a transformer and rewrites graphs, as pure functions over protos. */
@NullMarked
package dev.lancet.surgery;

import org.jspecify.annotations.NullMarked;
