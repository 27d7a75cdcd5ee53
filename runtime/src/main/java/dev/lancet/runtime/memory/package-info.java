/** How much memory this process holds, and how much of it TensorFlow. */
@NullMarked
package dev.lancet.runtime.memory;

import org.jspecify.annotations.NullMarked;
