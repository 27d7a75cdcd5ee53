/** Compression: a plan and weights become smaller weights, on the heap. */
@NullMarked
package dev.lancet.compression;

import org.jspecify.annotations.NullMarked;
