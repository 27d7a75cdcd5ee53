/** Models as ONNX: writing them, and running them with ONNX Runtime. Nothing here needs TensorFlow. */
@NullMarked
package dev.lancet.runtime.onnx;

import org.jspecify.annotations.NullMarked;
