/** A graph, a session and its variables: the only package that holds native memory for a model. */
@NullMarked
package dev.lancet.runtime.engine;

import org.jspecify.annotations.NullMarked;
