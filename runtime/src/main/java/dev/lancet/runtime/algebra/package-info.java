/** Linear algebra by TensorFlow for the compression room. */
@NullMarked
package dev.lancet.runtime.algebra;

import org.jspecify.annotations.NullMarked;
