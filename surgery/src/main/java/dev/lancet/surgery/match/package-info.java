/** Patterns over values: typed, immutable, with captures and a readable text. They are independent of graphs. */
@NullMarked
package dev.lancet.surgery.match;

import org.jspecify.annotations.NullMarked;
