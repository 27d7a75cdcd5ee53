/** Stored matrices as rows of GGUF blocks. */
@NullMarked
package dev.lancet.runtime.gguf.matrix;

import org.jspecify.annotations.NullMarked;
