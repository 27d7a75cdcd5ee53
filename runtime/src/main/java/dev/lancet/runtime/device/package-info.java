/** What a model computes on: the processor or one of the GPUs, and what TensorFlow needs to see a GPU. */
@NullMarked
package dev.lancet.runtime.device;

import org.jspecify.annotations.NullMarked;
