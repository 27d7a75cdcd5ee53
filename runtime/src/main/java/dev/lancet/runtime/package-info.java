/** The runtime: the only module that owns native memory. */
@NullMarked
package dev.lancet.runtime;

import org.jspecify.annotations.NullMarked;
