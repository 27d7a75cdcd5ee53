/** Graphs of others, perhaps compressed, as ONNX. Nothing here needs TensorFlow's native library. */
@NullMarked
package dev.lancet.runtime.translation;

import org.jspecify.annotations.NullMarked;
