/** Graphs of others in ONNX Runtime. */
@NullMarked
package dev.lancet.tests.translation;

import org.jspecify.annotations.NullMarked;
