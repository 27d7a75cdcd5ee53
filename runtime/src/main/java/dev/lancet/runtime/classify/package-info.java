/** Turns a graph that encodes texts into a classifier of texts: reads labelled rows, trains, measures and saves it. */
@NullMarked
package dev.lancet.runtime.classify;

import org.jspecify.annotations.NullMarked;
