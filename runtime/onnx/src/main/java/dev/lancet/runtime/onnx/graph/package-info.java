/** ONNX graphs in the making: nodes, constants, and weights in a file of their own. */
@NullMarked
package dev.lancet.runtime.onnx.graph;

import org.jspecify.annotations.NullMarked;
