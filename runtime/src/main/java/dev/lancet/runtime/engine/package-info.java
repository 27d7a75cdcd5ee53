/** A graph, a session and the variables in it: the only place that touches native memory for a model. */
@NullMarked
package dev.lancet.runtime.engine;

import org.jspecify.annotations.NullMarked;
