/** The TensorFlow operators that have a translation to ONNX, one table with an entry each. */
@NullMarked
package dev.lancet.runtime.translation.operator;

import org.jspecify.annotations.NullMarked;
