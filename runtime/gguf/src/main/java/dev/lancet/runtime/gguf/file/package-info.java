/** The layout of a GGUF file: metadata, descriptions of tensors, and their data. */
@NullMarked
package dev.lancet.runtime.gguf.file;

import org.jspecify.annotations.NullMarked;
