/** The layers of a decoder as ONNX operators. */
@NullMarked
package dev.lancet.runtime.onnx.layer;

import org.jspecify.annotations.NullMarked;
