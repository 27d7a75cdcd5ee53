/** Patterns over values: typed, with captures, immutable, and able to say what they look for. They know no graphs. */
@NullMarked
package dev.lancet.surgery.match;

import org.jspecify.annotations.NullMarked;
