/** Gradients and updates against independent judges: finite differences, TensorFlow's own gradients, plain arithmetic. */
@NullMarked
package dev.lancet.tests.gradient;

import org.jspecify.annotations.NullMarked;
