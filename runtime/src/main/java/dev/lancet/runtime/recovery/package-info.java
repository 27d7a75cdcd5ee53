/** Trains a compressed model to behave like its original again. */
@NullMarked
package dev.lancet.runtime.recovery;

import org.jspecify.annotations.NullMarked;
