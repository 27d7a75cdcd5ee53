/** TensorFlow's native library: how this process loads it, and how much of its log reaches standard error. */
@NullMarked
package dev.lancet.runtime.natives;

import org.jspecify.annotations.NullMarked;
