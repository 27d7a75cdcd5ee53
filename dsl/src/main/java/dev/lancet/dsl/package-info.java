/** The language: transformers, and how to compress them, as immutable values. It needs no TensorFlow and no files. */
@NullMarked
package dev.lancet.dsl;

import org.jspecify.annotations.NullMarked;
