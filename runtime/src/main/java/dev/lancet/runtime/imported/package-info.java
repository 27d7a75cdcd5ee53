/** Models that others wrote as graphs, made smaller: surgery on the graph and compression of its weights, together. */
@NullMarked
package dev.lancet.runtime.imported;

import org.jspecify.annotations.NullMarked;
