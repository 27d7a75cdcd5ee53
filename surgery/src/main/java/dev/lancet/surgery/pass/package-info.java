/** Passes from graph to graph that make training fast; each can be left out. */
@NullMarked
package dev.lancet.surgery.pass;

import org.jspecify.annotations.NullMarked;
