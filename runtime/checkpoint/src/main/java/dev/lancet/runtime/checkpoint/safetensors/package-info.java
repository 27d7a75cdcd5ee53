/** The safetensors file format. */
@NullMarked
package dev.lancet.runtime.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
