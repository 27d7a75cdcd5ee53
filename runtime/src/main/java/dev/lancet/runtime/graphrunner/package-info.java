/** Runs graphs, and builds those of declared models, for the comparison of graphs. */
@NullMarked
package dev.lancet.runtime.graphrunner;

import org.jspecify.annotations.NullMarked;
