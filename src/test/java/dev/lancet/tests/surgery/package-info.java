/** Surgery from outside: rules side by side with what they make of a graph, goldens, and what TensorFlow computes. */
@NullMarked
package dev.lancet.tests.surgery;

import org.jspecify.annotations.NullMarked;
