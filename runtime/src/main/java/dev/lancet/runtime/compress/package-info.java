/** Makes models smaller: one road for declared models and for graphs that others wrote. */
@NullMarked
package dev.lancet.runtime.compress;

import org.jspecify.annotations.NullMarked;
