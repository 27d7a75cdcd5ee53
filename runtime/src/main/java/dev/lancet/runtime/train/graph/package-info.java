/** Trains imported graphs on examples. */
@NullMarked
package dev.lancet.runtime.train.graph;

import org.jspecify.annotations.NullMarked;
