/** The device of a model, the processor or a GPU, and the libraries that TensorFlow needs to see a GPU. */
@NullMarked
package dev.lancet.runtime.device;

import org.jspecify.annotations.NullMarked;
