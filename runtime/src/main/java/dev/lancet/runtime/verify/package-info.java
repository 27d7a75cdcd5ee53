/** Compares files with their checksums. */
@NullMarked
package dev.lancet.runtime.verify;

import org.jspecify.annotations.NullMarked;
