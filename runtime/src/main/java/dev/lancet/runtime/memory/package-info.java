/** Measures the memory of this process, and TensorFlow's part of it. */
@NullMarked
package dev.lancet.runtime.memory;

import org.jspecify.annotations.NullMarked;
