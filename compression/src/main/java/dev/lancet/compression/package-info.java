/** Compression: converts weights to the form of a plan, on the heap. */
@NullMarked
package dev.lancet.compression;

import org.jspecify.annotations.NullMarked;
