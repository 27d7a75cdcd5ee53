/** Linear algebra by TensorFlow for the compression room. */
@NullMarked
package dev.lancet.runtime.linear;

import org.jspecify.annotations.NullMarked;
