@NullMarked
package dev.lancet.tests.onnx;

import org.jspecify.annotations.NullMarked;
