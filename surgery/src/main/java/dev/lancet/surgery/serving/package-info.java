/** The graph of a declared model that TensorFlow Serving runs: it scores token ids, and generates with a loop of its own. */
@NullMarked
package dev.lancet.surgery.serving;

import org.jspecify.annotations.NullMarked;
