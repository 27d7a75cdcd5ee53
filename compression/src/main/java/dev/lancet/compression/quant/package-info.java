/** Quantises floats to codes with scales and back, in the layout of stored matrices. */
@NullMarked
package dev.lancet.compression.quant;

import org.jspecify.annotations.NullMarked;
