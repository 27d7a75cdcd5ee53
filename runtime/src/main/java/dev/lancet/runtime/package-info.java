/** The runtime: the one room that owns native memory. */
@NullMarked
package dev.lancet.runtime;

import org.jspecify.annotations.NullMarked;
